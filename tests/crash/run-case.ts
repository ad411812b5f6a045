import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type RuntimeName, STEPS, type Step, waitFor } from '@ordeal/core';
import type { Execution } from '@ordeal/store';
import { breachesIn } from '../support/audit.ts';
import { leftForGood } from '../support/left-for-good.ts';
import type { OwnTestEngine } from '../support/own-engine.ts';
import { guardFoldersOf, leftOf, openPairWorld } from '../support/pair-world.ts';
import type { Backend } from '../support/world.ts';
import { Holds } from './holds.ts';
import { type Strike, type Struck, strike } from './strikes.ts';

/** One for each step; which fault stands at which step is turned from case to case. Lifted soon: some would last until the time-out. */
const CHAOS = [
  '{ type: latency, params: { min_ms: 60, max_ms: 100 }, duration_seconds: 1 }',
  '{ type: process_pause, duration_seconds: 1 }',
  '{ type: network_partition, params: { clients: true }, duration_seconds: 1 }',
  '{ type: node_kill, params: { mode: stop }, duration_seconds: 1 }',
  '{ type: disk_pressure, duration_seconds: 1 }',
  '{ type: asymmetric_partition, duration_seconds: 1 }',
  '{ type: node_kill }',
] as const;

/** As long as is promised. */
const OUTAGE_MS = 60_000;

/** Until a guard knows that the engine is gone, on a machine that is full. */
const NOTICED_WITHIN_MS = 500;

export interface CrashCase {
  readonly strike: Strike;
  readonly runtime: RuntimeName;
  readonly backend: Backend;
  /** A trial is held at each; in their order. */
  readonly steps: readonly Step[];
  /** By how many steps the faults are turned. */
  readonly turn: number;
  /** What is allowed beyond the promised times, for what else the machine has to do. */
  readonly slackMs: number;
}

export interface CrashFigures extends Struck {
  /** Until all that were lost, or void because their engine had gone, ran again; null: none was. */
  readonly againMs: number | null;
  readonly lost: number;
}

/**
 * A campaign of one trial for each step, all at once; each is held at its step, and then it strikes. Whatever it was, the
 * campaign has to finish with the books and the machine in order.
 * @param engine for strikes at it: the world's own
 * @throws Error with every breach
 */
export async function runCrashCase(
  { strike: how, runtime, backend, steps, turn, slackMs }: CrashCase,
  engine?: OwnTestEngine,
): Promise<CrashFigures> {
  await using world = await openPairWorld(runtime, backend, { engine, hasOwnClock: how.startsWith('clock') });
  const { store, clock } = world;
  const straighten = (instant: Date): Date => clock?.straighten(instant) ?? instant;
  const holds = new Holds(join(world.folders.home, 'holds'));
  await mkdir(holds.folder);
  const env = { ORDEAL_HOLDS: holds.folder };

  const chaos = steps.map((_, index) => `  - ${CHAOS[(index + turn) % CHAOS.length]}`).join('\n');
  const file = await world.file(campaignOf(runtime, chaos, steps.length));
  const enqueued = await world.ordeal('enqueue', file);
  if (enqueued.code !== 0) throw new Error(enqueued.stderr);
  const [campaign] = await store.listCampaigns();
  const id = campaign?.id ?? '';
  const trials = (await store.listTrials(id)).map((trial) => trial.id);
  const [first] = STEPS;
  await holds.at(first, trials);
  const worker = world.start(['worker'], env);
  await holds.reached(trials);
  // Those that are held inside of the guard come last, for nobody waits for an answer of it for long: first the one that
  // is under its fault before, for as long as that takes.
  const further = trials.filter((_, index) => steps[index] !== first);
  for (const [index, step] of steps.entries())
    if (step !== first) await holds.at(step, trials.slice(index, index + 1));
  const at = (step: Step): string[] => trials.filter((_, index) => steps[index] === step);
  const inGuard = [at('half_undone'), at('half_applied')];
  const others = further.filter((trial) => !inGuard.flat().includes(trial));
  for (const some of [others, ...inGuard]) {
    await holds.letGo(some);
    await holds.reached(some);
  }

  const beganAt = Date.now();
  const struck = await strike(how, {
    world,
    worker,
    left: () => leftOf(world),
    letGo: () => holds.letAllGo(),
    outageMs: OUTAGE_MS,
    slackMs,
  });
  await holds.letAllGo();
  const last = struck.isWorkerLeft ? worker : world.start(['worker'], env);
  const finished = waitFor(
    'the campaign is finished',
    async () => (await store.getCampaign(id))?.status === 'finished' || undefined,
    { timeoutMs: 150_000, everyMs: 200 },
  );
  await finished.catch((error: unknown) => {
    throw new Error(`${String(error)}\n${last.output()}`);
  });
  await waitFor(
    'the ledger is closed',
    async () => (await store.openInjections()).length === 0 || undefined,
    {
      // An engine that was busy may need a second sweep.
      timeoutMs: 40_000,
      everyMs: 200,
    },
  );
  last.child.kill('SIGTERM');
  const code = await last.ended;

  const executions = (await Promise.all(trials.map((trial) => store.listExecutions(trial)))).flat();
  const lost = executions.filter(({ end }) => end === 'lost');
  const isOfEngine = how.startsWith('engine');
  const interrupted = executions.filter(
    ({ end, startedAt }) => isOfEngine && end === 'void' && startedAt.getTime() < beganAt,
  );
  const isTurned = executions.some(({ endedAt }) => endedAt !== null && straighten(endedAt) !== endedAt);
  // A void tells of a machine that is full; attempts are there for that.
  const spent = executions.filter(({ end }) => end === 'error');
  const breaches = [
    ...(await breachesIn(store, id, straighten)),
    ...(isOfEngine ? seenBehind(beganAt, executions) : []),
    ...spent.map(({ trialId, end, error }) => `trial ${trialId} spent an attempt: ${end}: ${error}`),
    ...(isTurned === (clock !== undefined) ? [] : ['the clock was not turned']),
    ...(code === 0 ? [] : [`the worker ended with ${code}: ${last.output()}`]),
    ...(await leftForGood(() => leftOf(world))).map((what) => `left: ${what}`),
    ...(await guardFoldersOf(world)).map((folder) => `a guard's folder is left: ${folder}`),
  ];
  if (breaches.length > 0) throw new Error(breaches.join('\n'));
  const again = [...lost, ...interrupted].map(({ trialId, execution }) =>
    executions.find((each) => each.trialId === trialId && each.execution === execution + 1),
  );
  const lastStartedAt = Math.max(
    ...again.map((each) => (each === undefined ? Number.NaN : straighten(each.startedAt).getTime())),
  );
  return {
    ...struck,
    lost: lost.length,
    againMs: again.length === 0 ? null : lastStartedAt - struck.sinceAt,
  };
}

/** What was seen of a trial after its engine had gone is the engine's doing: there must be no verdict from it. */
function seenBehind(beganAt: number, executions: readonly Execution[]): string[] {
  return executions.flatMap(({ trialId, execution, startedAt, end, outcome, record }) => {
    if (end !== 'result' || record === null || startedAt.getTime() > beganAt) return [];
    const behindMs = Date.parse(record.zeroAt) + record.observedMs - beganAt;
    if (behindMs <= NOTICED_WITHIN_MS) return [];
    return [
      `execution ${execution} of trial ${trialId} was ${outcome} ${behindMs} ms after its engine had gone`,
    ];
  });
}

function campaignOf(runtime: RuntimeName, chaos: string, parallel: number): string {
  return `
name: crash
subjects: [pair]
runtime: ${runtime}
chaos_types:
${chaos}
parallel: ${parallel}
cooldown_seconds: 2
hold_seconds: 1
settle_seconds: 0
timeout_seconds: 12
seed: 1
`;
}
