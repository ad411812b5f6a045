import { stat } from 'node:fs/promises';
import { type InspectedGuard, inspectGuards } from '@ordeal/guard';
import { type Folders, listBinaryDrafts, mountsIn, pidOf } from '@ordeal/place';
import { guardPlacesOn } from '@ordeal/runtimes';
import { inspectEmbedded } from '@ordeal/store';
import { defineCheck, type Say } from './check.ts';

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
  processes: {
    level: 'warning',
    means:
      'Processes of nodes or of the embedded Postgres go on though what they belong to is gone: no sweep finds them, and the embedded Postgres may not start beside its own.',
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
    advice: 'Delete it.',
  },
} as const;

/** What crashes left on this machine, of this installation. */
export const checkLeftovers = defineCheck({
  name: 'leftovers',
  title: 'Leftovers',
  problems,
  async look({ folders, settings: { docker } }, say) {
    const [{ guards, strays, unfinished }, embedded, binaryDrafts, places] = await Promise.all([
      inspectGuards(folders),
      inspectEmbedded(folders),
      listBinaryDrafts(folders),
      // An engine that is away is told of by its own check.
      docker.offered ? guardPlacesOn(docker.engine).catch(() => []) : [],
    ]);
    for (const guard of guards) tellOfGuard(guard, say);
    const lost = [...strays, ...embedded.strays].map(pidOf);
    if (lost.length > 0) say.problem('processes', `processes that nobody looks after: ${lost.join(', ')}`);
    for (const path of unownedMounts(folders, guards)) say.problem('mount', `mounted: ${path}`);
    if (embedded.hasStalePidFile) say.problem('pid_file', 'the embedded Postgres did not shut down');
    for (const path of [...unfinished, ...embedded.drafts, ...binaryDrafts]) {
      if (await isAbandoned(path)) say.problem('unfinished', `unfinished: ${path}`);
    }
    const orphaned = places.filter(({ guards: living, instances }) => living === 0 && instances > 0);
    for (const { place, instances } of orphaned) {
      say.problem('guard', `no guard lives at ${place} on the engine; instances: ${instances}`);
    }
    if (guards.every(isCaredFor) && orphaned.length === 0)
      say.ok('guard', 'no guard has died without cleaning up');
  },
});

const STATES = { alive: 'at work', dead: 'dead', swept: 'being cleaned up after' } as const;

function tellOfGuard(guard: InspectedGuard, say: Say<keyof typeof problems>): void {
  const { name, state, left, processes } = guard;
  const faults = left.reduce((count, { injections }) => count + injections.length, 0);
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
