import { defaultSettings } from '@ordeal/config';
import {
  type Home,
  inspectGuards,
  openInjections,
  processHome,
  startGuardContainer,
  sweepGuards,
} from '@ordeal/guard';
import { orphansAt } from '@ordeal/runtimes';
import type { DoctorSite } from './check.ts';
import { placeOnEngine } from './place-on-engine.ts';

/** What a dead guard left of one execution. */
export interface Swept {
  readonly trial: string;
  readonly execution: number;
  /** As far as is known: journals on an engine are read by guards alone. */
  readonly injections: readonly string[];
  /** Nothing of it is left; null: it was only looked at. */
  readonly clean: boolean | null;
}

/** Removes what dead guards of this installation left, here and on its engine; never what a living one has. Idempotent. */
export async function sweep(site: DoctorSite): Promise<Swept[]> {
  const swept = await sweepGuards(site.folders, homeHere(site));
  const { place, orphans } = await leftOnEngine(site);
  if (place === undefined || orphans.length === 0) return swept;
  // Only a guard of the place can read its journals, and cleans up before it says anything. It needs no subject for that.
  const settings = { ...defaultSettings, docker: site.settings.docker };
  const guard = await startGuardContainer({ folders: site.folders, settings, place });
  const { recovered } = guard;
  await guard.close();
  return [...swept, ...recovered];
}

/** What {@link sweep} would remove now. Changes nothing. */
export async function planSweep(site: DoctorSite): Promise<Swept[]> {
  const { guards } = await inspectGuards(site.folders, homeHere(site));
  const dead = guards.filter(({ state }) => state === 'dead').flatMap(({ left }) => left);
  const { orphans } = await leftOnEngine(site);
  return [
    ...dead.map((left) => planned(left.label, openInjections(left))),
    ...orphans.map((orphan) => planned(orphan, [])),
  ];
}

function planned(
  { trial, execution }: Pick<Swept, 'trial' | 'execution'>,
  injections: readonly string[],
): Swept {
  return { trial, execution, injections, clean: null };
}

/** The home of guards that are processes here. An engine that is away has nothing for it, and is told of by its own check. */
export function homeHere({ folders, settings }: DoctorSite): Home {
  const home = processHome(folders, settings, { hasEngine: settings.docker.offered });
  return { ...home, labelled: () => home.labelled().catch(() => []) };
}

/** What dead guards in containers left at this installation's place; nothing where that is not known. */
export async function leftOnEngine(
  site: DoctorSite,
): Promise<{ place: string | undefined; orphans: Awaited<ReturnType<typeof orphansAt>> }> {
  const place = await placeOnEngine(site);
  const orphans =
    place === undefined ? [] : await orphansAt(site.settings.docker.engine, place).catch(() => []);
  return { place, orphans };
}
