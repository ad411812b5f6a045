import type { Settings } from '@ordeal/config';
import { inspectGuards, processHome, sweepGuards } from '@ordeal/guard';
import type { Folders } from '@ordeal/place';

/** What a dead guard left of one execution. */
export interface Swept {
  readonly trial: string;
  readonly execution: number;
  readonly injections: readonly string[];
  /** Nothing of it is left; null: it was only looked at. */
  readonly clean: boolean | null;
}

/** Removes what dead guards of this installation left, never what a living one has. Idempotent. */
export async function sweep(folders: Folders, settings: Settings): Promise<Swept[]> {
  return await sweepGuards(folders, processHome(folders, settings));
}

/** What {@link sweep} would remove now. Changes nothing. */
export async function planSweep(folders: Folders): Promise<Swept[]> {
  const { guards } = await inspectGuards(folders);
  return guards
    .filter(({ state }) => state === 'dead')
    .flatMap(({ left }) => left)
    .map(({ label, injections }) => ({
      trial: label.trial,
      execution: label.execution,
      injections,
      clean: null,
    }));
}
