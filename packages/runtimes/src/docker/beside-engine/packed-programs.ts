import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Subject } from '@ordeal/core';
import { AGENT_MODULE } from '../node/helper.ts';
import { prepareLaunches } from '../prepare-launches.ts';

const FOLDER = '/ordeal/programs';

/**
 * Every program that a docker runtime puts into containers for these subjects, as files by path: for a runtime that
 * itself lives in a container, where there are no modules to bundle. {@link packedProgram} finds them again.
 */
export async function packPrograms(
  subjects: readonly Subject[],
  bundle: (module: string) => Promise<Buffer>,
): Promise<Record<string, Buffer>> {
  const launches = subjects
    .filter(({ prepareContainer }) => prepareContainer !== undefined)
    .flatMap((subject) => [...prepareLaunches(subject).values()]);
  const own = launches.flatMap((launch) => (launch.kind === 'program' ? [launch.module] : []));
  const packed = [...new Set([AGENT_MODULE, ...own])].map(
    async (module) => [pathOf(module), await bundle(module)] as const,
  );
  return Object.fromEntries(await Promise.all(packed));
}

/** A packed program by its main module, which goes on knowing itself by its address on the machine it was packed on. */
export function packedProgram(module: string): Promise<Buffer> {
  return readFile(pathOf(module));
}

function pathOf(module: string): string {
  return `${FOLDER}/${createHash('sha256').update(module).digest('hex').slice(0, 16)}.mjs`;
}
