import { stat } from 'node:fs/promises';
import { type InspectedGuard, inspectGuards } from '@ordeal/guard';
import { listBinaryDrafts, mountsIn, pidOf } from '@ordeal/place';
import { inspectEmbedded } from '@ordeal/store';
import { defineCheck } from './check.ts';

/** What is made in a draft takes seconds; whoever makes it is dead by then. */
const DRAFT_ABANDONED_AFTER_MS = 10 * 60_000;

const SWEEP = 'Start a worker, whose guard cleans up first, or run `pnpm ordeal doctor --sweep`.';

/** What crashes left on this machine, of this installation. */
export const checkLeftovers = defineCheck({
  name: 'leftovers',
  title: 'Leftovers',
  problems: {
    guard: {
      level: 'warning',
      means:
        'A guard was killed before it could undo. Its faults act on its own instances alone, which take memory and CPU from trials that measure.',
      advice: SWEEP,
    },
    processes: {
      level: 'warning',
      means: "Processes of a guard's nodes go on, and the guard's folder is gone: no sweep finds them.",
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
    draft: {
      level: 'warning',
      means: 'Something was killed while it was made for the first time. It takes disk and does no harm.',
      advice: 'Delete it.',
    },
  },
  async look({ folders }, say) {
    const [{ guards, strays, drafts }, embedded, binaries] = await Promise.all([
      inspectGuards(folders),
      inspectEmbedded(folders),
      listBinaryDrafts(folders),
    ]);
    for (const guard of guards) {
      if (guard.state === 'dead')
        say.problem('guard', `guard ${guard.name} is dead and left ${contents(guard)}`);
      else say.ok('guard', `guard ${guard.name} is ${STATES[guard.state]}: ${contents(guard)}`);
    }
    if (strays.length > 0)
      say.problem('processes', `processes without a guard: ${strays.map(pidOf).join(', ')}`);
    const owned = guards.filter(({ state }) => state !== 'dead').map(({ folder }) => `${folder}/`);
    for (const { path } of mountsIn(folders.data)) {
      if (!owned.some((folder) => path.startsWith(folder))) say.problem('mount', `mounted: ${path}`);
    }
    if (embedded.hasStalePidFile) say.problem('pid_file', 'the embedded Postgres did not shut down');
    for (const draft of [...drafts, ...embedded.drafts, ...binaries]) {
      if (await isAbandoned(draft)) say.problem('draft', `unfinished: ${draft}`);
    }
    if (!guards.some(({ state }) => state === 'dead'))
      say.ok('guard', 'no guard has died without cleaning up');
  },
});

const STATES = { alive: 'at work', swept: 'being cleaned up after' } as const;

function contents({ left, processes }: InspectedGuard): string {
  const faults = left.reduce((count, { injections }) => count + injections.length, 0);
  return `${left.length} instances, ${faults} faults, ${processes.length} processes`;
}

async function isAbandoned(path: string): Promise<boolean> {
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > DRAFT_ABANDONED_AFTER_MS;
}
