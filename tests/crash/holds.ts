import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Step, waitFor } from '@ordeal/core';

/** Says which trials are to be held at which steps; see core's fault points. */
export class Holds {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async at(step: Step, trials: readonly string[]): Promise<void> {
    await Promise.all(trials.map((trial) => writeFile(join(this.folder, trial), step)));
  }

  /** Resolves when each of them stands at its step. */
  async reached(trials: readonly string[]): Promise<void> {
    let held: string[] = [];
    await waitFor(
      'every trial is held at its step',
      async () => {
        held = (await readdir(this.folder)).filter((name) => name.endsWith('.held'));
        return trials.every((trial) => held.includes(`${trial}.held`)) || undefined;
      },
      { timeoutMs: 120_000 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: held are ${held.join(', ')} of ${trials.join(', ')}`);
    });
  }

  async letGo(trials: readonly string[]): Promise<void> {
    await Promise.all(trials.map((trial) => rm(join(this.folder, `${trial}.held`), { force: true })));
  }

  /** Nobody is held any more, now or later. */
  async letAllGo(): Promise<void> {
    const names = await readdir(this.folder);
    await Promise.all(names.map((name) => rm(join(this.folder, name), { force: true })));
  }
}
