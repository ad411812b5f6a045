import { builtInCatalogue, type CatalogueAdditions, extendCatalogue } from '@ordeal/catalogue';
import type { Fault, Repertoire, Subject } from '@ordeal/core';
import { faultOf } from '@ordeal/faults';
import type { CommandDefinition } from '@ordeal/operators';
import { subjectOf } from '@ordeal/subjects';
import type { DockerSettings, ProcessSettings } from './define/config.ts';

/** What holds for this installation: the settings file with its defaults filled in, on top of what is built in. */
export interface Settings {
  /** The settings file; undefined when there is none. Whoever needs the same settings in another process reads it again. */
  readonly file: string | undefined;
  readonly repertoire: Repertoire;
  /** What the file adds to the built-in catalogue: for workers to publish. */
  readonly additions: CatalogueAdditions;
  /** Operators of one's own, by name. */
  readonly operators: Readonly<Record<string, CommandDefinition>>;
  readonly maxParallel: number;
  readonly slots: number;
  readonly keepFreeMb: number;
  readonly process: {
    readonly offered: boolean;
    readonly ports: ProcessSettings['ports'];
    readonly readyAhead: number;
  };
  /** Of what has no value here, the default depends on the machine. */
  readonly docker: Required<Pick<DockerSettings, 'offered' | 'images' | 'subnets' | 'readyAhead'>> &
    Pick<DockerSettings, 'engine' | 'guard' | 'socket'>;
}

interface Given {
  readonly file?: string;
  readonly additions?: CatalogueAdditions;
  readonly subjects?: readonly Subject[];
  readonly faults?: readonly Fault[];
  readonly operators?: Readonly<Record<string, CommandDefinition>> | undefined;
  readonly maxParallel?: number | undefined;
  readonly slots?: number | undefined;
  readonly keepFreeMb?: number | undefined;
  readonly process?:
    | { readonly [Key in keyof ProcessSettings]?: ProcessSettings[Key] | undefined }
    | undefined;
  readonly docker?: { readonly [Key in keyof DockerSettings]?: DockerSettings[Key] | undefined } | undefined;
}

/** Private by RFC 1918, and not what engines hand out by themselves (172.16.0.0/12, 192.168.0.0/16). */
const SUBNETS = '10.201.0.0/16';

/** Without a settings file. */
export const defaultSettings: Settings = completeSettings({});

/** The defaults, and what is built in, around what a file says. */
export function completeSettings(given: Given): Settings {
  const { subjects = [], faults = [], additions = { subjects: [], faults: [] } } = given;
  return {
    file: given.file,
    additions,
    repertoire: {
      catalogue: extendCatalogue(builtInCatalogue, additions),
      subjectOf: (name) => subjectOf(name) ?? subjects.find((subject) => subject.name === name),
      faultOf: (type) => faultOf(type) ?? faults.find((fault) => fault.type === type),
    },
    operators: given.operators ?? {},
    maxParallel: given.maxParallel ?? 10,
    slots: given.slots ?? 10,
    keepFreeMb: given.keepFreeMb ?? 2_048,
    process: {
      offered: given.process?.offered ?? true,
      ports: given.process?.ports,
      // Processes start in less than a second, and what is measured shares the machine with them.
      readyAhead: given.process?.readyAhead ?? 0,
    },
    docker: {
      offered: given.docker?.offered ?? true,
      images: given.docker?.images ?? {},
      subnets: given.docker?.subnets ?? SUBNETS,
      readyAhead: given.docker?.readyAhead ?? 2,
      ...definedOf(given.docker, 'engine', 'guard', 'socket'),
    },
  };
}

function definedOf<Key extends 'engine' | 'guard' | 'socket'>(
  given: Given['docker'],
  ...keys: readonly Key[]
): Pick<DockerSettings, Key> {
  const known = keys.flatMap((key) => (given?.[key] === undefined ? [] : [[key, given[key]]]));
  return Object.fromEntries(known);
}
