import { parseArgs } from 'node:util';
import { checkTiming, DEFAULT_TIMING, type Timing } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { z } from 'zod';

/** What a guard in a container is told beside: what a settings file decides is decided where the worker is. */
const containerHome = z.object({
  /** The container's. */
  name: z.string(),
  /** Stands in labels. */
  place: z.string(),
  images: z.record(z.string(), z.string()),
  subnets: z.string(),
});
export type ContainerHome = z.infer<typeof containerHome>;

/** What a guard is told on its command line. */
export interface LaunchOptions {
  /** The guard's own folder; its last part is the guard's name. */
  readonly folder: string;
  readonly folders: Folders;
  readonly timing: Timing;
  /** The settings file that the worker read; undefined: none. */
  readonly settings?: string | undefined;
  /** Where its home is a container. */
  readonly container?: ContainerHome | undefined;
  /** The database of the operator `operator-db`; undefined: it has none here. */
  readonly operatorDb?: string | undefined;
  /** Whether a guard that is a process asks the engine what dead ones left; to load its client takes half a second. */
  readonly hasEngine?: boolean | undefined;
}

const foldersShape = z.object({ home: z.string(), data: z.string(), shared: z.string() });
const timingShape = z.object({
  beatMs: z.number(),
  guardLeaseMs: z.number(),
  undoMs: z.number(),
  executionLeaseMs: z.number(),
  watchMs: z.number(),
});

export function launchArguments(options: LaunchOptions): string[] {
  const { folder, folders, timing, settings, container, operatorDb, hasEngine } = options;
  const given = {
    folder,
    folders: JSON.stringify(folders),
    timing: JSON.stringify(timing),
    settings,
    container: container && JSON.stringify(container),
    'operator-db': operatorDb,
    'has-engine': hasEngine ? 'yes' : undefined,
  };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
}

/** @throws when an option is missing or has the wrong shape, or the timing breaks the invariant. */
export function readLaunchArguments(args: readonly string[]): LaunchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string' },
      folders: { type: 'string' },
      timing: { type: 'string' },
      settings: { type: 'string' },
      container: { type: 'string' },
      'operator-db': { type: 'string' },
      'has-engine': { type: 'string' },
    },
  });
  const folders = foldersShape.parse(JSON.parse(values.folders ?? 'null'));
  const timing = values.timing === undefined ? DEFAULT_TIMING : timingShape.parse(JSON.parse(values.timing));
  return {
    folder: z.string().parse(values.folder),
    folders,
    timing: checkTiming(timing),
    settings: values.settings,
    container: values.container === undefined ? undefined : containerHome.parse(JSON.parse(values.container)),
    operatorDb: values['operator-db'],
    hasEngine: values['has-engine'] !== undefined,
  };
}
