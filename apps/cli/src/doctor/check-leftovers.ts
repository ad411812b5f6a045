import { stat } from 'node:fs/promises';
import { type InspectedGuard, inspectGuards, openInjections } from '@ordeal/guard';
import { type Folders, listBinaryDrafts, mountsIn, pidOf } from '@ordeal/place';
import { guardHome } from '@ordeal/runtimes';
import { inspectEmbedded } from '@ordeal/store';
import { type DoctorSite, defineCheck, type Say } from './check.ts';
import { homeHere, leftOnEngine } from './sweep.ts';

/** To make or delete what may be unfinished takes seconds. */
const ABANDONED_AFTER_MS = 10 * 60_000;

const SWEEP = 'Start a worker, whose guard cleans up first, or run `pnpm ordeal doctor --sweep`.';

const problems = {
  guard: {
    level: 'warning',
    means:
      'A guard was killed before it could undo. Its faults act on its own instances alone, which take memory and CPU from trials that measure.',
    advice: SWEEP,
  },
  unseen: {
    level: 'warning',
    means:
      'What dead guards left in containers is found by the names of the engine and of the database, and one of them does not answer: neither this check nor a sweep has looked for it.',
    advice: 'See that both answer (`pnpm ordeal up` starts the embedded Postgres), and look again.',
  },
  processes: {
    level: 'warning',
    means:
      'Processes of the embedded Postgres go on though its server is gone: it may not start beside them.',
    advice: 'Kill them.',
  },
  mount: {
    level: 'warning',
    means: 'A volume of a node is still mounted, and no living guard has it: its memory is taken.',
    advice: `${SWEEP} If it stays, run \`umount\` on it.`,
  },
  pid_file: {
    level: 'warning',
    means:
      'The embedded Postgres was killed, or the machine went down. Its next start recovers what was committed, and takes some seconds more.',
    advice: 'Nothing; or start it now with `pnpm ordeal up`.',
  },
  unfinished: {
    level: 'warning',
    means: 'Somebody was killed while making or deleting it. It takes disk and does no harm.',
    advice: 'Delete it; a sweep does so with folders of guards.',
  },
} as const;

/** What crashes left on this machine, of this installation. */
export const checkLeftovers = defineCheck({
  name: 'leftovers',
  title: 'Leftovers',
  problems,
  async look(site, say) {
    const { folders } = site;
    const onEngine = leftOnEngine(site);
    const [{ guards, unfinished }, embedded, binaryDrafts] = await Promise.all([
      inspectGuards(folders, homeHere(site)),
      inspectEmbedded(folders),
      listBinaryDrafts(folders),
    ]);
    for (const guard of guards) tellOfGuard(guard, say);
    const lost = embedded.strays.map(pidOf);
    if (lost.length > 0) say.problem('processes', `processes that nobody looks after: ${lost.join(', ')}`);
    for (const path of unownedMounts(folders, guards)) say.problem('mount', `mounted: ${path}`);
    if (embedded.hasStalePidFile) say.problem('pid_file', 'the embedded Postgres did not shut down');
    for (const path of [...unfinished, ...embedded.drafts, ...binaryDrafts]) {
      if (await isAbandoned(path)) say.problem('unfinished', `unfinished: ${path}`);
    }
    const { place, orphans } = await onEngine;
    if (orphans.length > 0)
      say.problem('guard', `instances whose guard is gone, at ${place} on the engine: ${orphans.length}`);
    if (place === undefined && (await livesBesideEngine(site)))
      say.problem(
        'unseen',
        'guards live in containers of an engine, and which of them are ours is not known',
      );
    if (guards.every(isCaredFor) && orphans.length === 0)
      say.ok('guard', 'no guard that is seen from here has died without cleaning up');
  },
});

async function livesBesideEngine({ settings: { docker } }: DoctorSite): Promise<boolean> {
  return docker.offered && (await guardHome(docker).catch(() => 'process')) === 'container';
}

const STATES = { alive: 'at work', dead: 'dead', swept: 'being cleaned up after' } as const;

function tellOfGuard(guard: InspectedGuard, say: Say<keyof typeof problems>): void {
  const { name, state, left, processes } = guard;
  const faults = left.flatMap(openInjections).length;
  const things = `instances: ${left.length}, faults: ${faults}, processes: ${processes.length}`;
  const found = `guard ${name} is ${STATES[state]}; ${things}`;
  if (isCaredFor(guard)) say.ok('guard', found);
  else say.problem('guard', found);
}

function isCaredFor({ state }: InspectedGuard): boolean {
  return state !== 'dead';
}

function unownedMounts({ data }: Folders, guards: readonly InspectedGuard[]): string[] {
  const owned = guards.filter(isCaredFor).map(({ folder }) => `${folder}/`);
  const mounted = mountsIn(data).map(({ path }) => path);
  return mounted.filter((path) => !owned.some((folder) => path.startsWith(folder)));
}

async function isAbandoned(path: string): Promise<boolean> {
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > ABANDONED_AFTER_MS;
}
