import { defaultSettings, type Settings } from '@ordeal/config';
import { inspectGuards, processHome, startGuardContainer, sweepGuards } from '@ordeal/guard';
import type { Folders } from '@ordeal/place';
import { guardPlacesOn } from '@ordeal/runtimes';

/** What a dead guard left of one execution. */
export interface Swept {
  readonly trial: string;
  readonly execution: number;
  readonly injections: readonly string[];
  /** Nothing of it is left; null: it was only looked at. */
  readonly clean: boolean | null;
}

/** Removes what dead guards of this installation, and those on its engine, left; never what a living one has. Idempotent. */
export async function sweep(folders: Folders, settings: Settings): Promise<Swept[]> {
  const swept = await sweepGuards(folders, processHome(folders, settings));
  return [...swept, ...(await sweepEngine(folders, settings))];
}

/** Only a guard of a place can read its journals, and cleans up before it says anything. */
async function sweepEngine(folders: Folders, settings: Settings): Promise<Swept[]> {
  if (!settings.docker.offered) return [];
  // An engine that is away is told of by its own check.
  const places = await guardPlacesOn(settings.docker.engine).catch(() => []);
  const swept: Swept[] = [];
  for (const { place } of places.filter(({ instances }) => instances > 0)) {
    // To remove what is left it needs no subject.
    const guard = await startGuardContainer({
      folders,
      settings: { ...defaultSettings, docker: settings.docker },
      place,
    });
    swept.push(...guard.recovered);
    await guard.close();
  }
  return swept;
}

/** What {@link sweep} would remove now on this machine; journals on the engine tell it to guards alone. Changes nothing. */
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
