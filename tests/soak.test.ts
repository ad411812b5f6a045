import { rm } from 'node:fs/promises';
import { createRandom, monotonicMs, RUNTIMES, type RuntimeName, waitFor } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import type { Store } from '@ordeal/store';
import { expect, it } from 'vitest';
import { type Strike, strikesOn } from './crash/strikes.ts';
import { keepEvidence } from './soak/evidence.ts';
import { killFigures } from './soak/figures.ts';
import { Killer } from './soak/killer.ts';
import { breachesIn } from './support/audit.ts';
import { leftForGood } from './support/left-for-good.ts';
import { guardFoldersOf, leftOf, openPairWorld } from './support/pair-world.ts';
import { BACKENDS, type Backend, whyNot } from './support/world.ts';

const MINUTES = Number(process.env.ORDEAL_SOAK_MINUTES ?? 0.5);
const SEED = Number(process.env.ORDEAL_SOAK_SEED ?? 1);
const [BACKEND = 'redis'] = chosen<Backend>('ORDEAL_SOAK_BACKEND', BACKENDS) ?? [];
const WORKERS = 3;
/** A killed worker's trials run again by then; in the short one of every day other tests run beside it. */
const AGAIN_WITHIN_MS = process.env.ORDEAL_SOAK_MINUTES === undefined ? 30_000 : 20_000;
/** Between two strikes; what they take themselves comes on top. */
const PAUSE_MS = { least: 1_000, most: 8_000 };
/** Nobody strikes any more: what is open then must come to its end. */
const CALM_MS = 5 * 60_000;

const noEngine = whyNoTestEngine();
const why = whyNot(BACKEND);
const runtimes =
  chosen<RuntimeName>('ORDEAL_SOAK_RUNTIMES', RUNTIMES) ?? (noEngine === undefined ? RUNTIMES : ['process']);
// An outage is longer than a short soak: the crash matrix has them. The engine is shared with other tests.
const fitting = strikesOn({ redis: BACKEND === 'redis', engine: false, clock: false }).filter(
  (strike) => !strike.endsWith('outage'),
);
const strikes = chosen<Strike>('ORDEAL_SOAK_STRIKES', fitting) ?? fitting;

it.skipIf(why !== undefined)(
  `${WORKERS} workers outlive random strikes: nothing is lost, run twice or left${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    const random = createRandom(SEED, 'soak');
    await using world = await openPairWorld(runtimes.includes('docker') ? 'docker' : 'process', BACKEND);
    const { store } = world;
    const killer = new Killer(world, random, strikes, WORKERS);
    const untilMs = monotonicMs() + MINUTES * 60_000;
    for (let next = 0; monotonicMs() < untilMs; ) {
      const open = await store.listCampaigns({ statuses: ['pending', 'running'] }).catch(() => undefined);
      if (open !== undefined && open.length < runtimes.length) {
        const file = await world.file(campaignOn(runtimes[next++ % runtimes.length] ?? 'process'));
        // It may be struck as well; a campaign that it has not stored is none.
        await world.ordeal('enqueue', file);
      }
      await new Promise((resolve) =>
        setTimeout(resolve, PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least)),
      );
      const known = killer.breaches.length;
      const strike = await killer.strike();
      const left = `${Math.round((untilMs - monotonicMs()) / 1_000)} s left: ${strike}`;
      console.info([left, ...killer.breaches.slice(known)].join('\n'));
    }

    const campaigns = await store.listCampaigns();
    // Whatever does not come to its end, the audit names.
    const calm = { timeoutMs: CALM_MS, everyMs: 500 };
    await waitFor('the campaigns are finished', () => isOver(store), calm).catch(() => {});
    const tidied = { timeoutMs: 30_000, everyMs: 250 };
    await waitFor('the ledger is closed', () => isClosed(store), tidied).catch(() => {});
    const evidence = await keepEvidence(world, killer.started);
    await killer.end();

    const trials = (
      await Promise.all(campaigns.map(({ id }) => store.listTrials(id, { limit: 10_000 })))
    ).flat();
    const executions = (await Promise.all(trials.map(({ id }) => store.listExecutions(id)))).flat();
    const ends = Object.entries(Object.groupBy(executions, ({ end }) => end ?? 'live'));
    const spent = executions.filter(({ end }) => end === 'error');
    const figures = await killFigures(killer.kills, killer.disturbances, AGAIN_WITHIN_MS, store);
    console.info(
      [
        `seed ${SEED}, queue in ${BACKEND}: ${campaigns.length} campaigns, ${trials.length} trials, ${executions.length} executions`,
        `strikes: ${[...killer.struck].map(([name, count]) => `${name} ${count}`).join(', ')}`,
        `ends: ${ends.map(([end, all]) => `${end} ${all?.length}`).join(', ')}`,
        ...spent.map(
          ({ trialId, execution, error }) => `trial ${trialId}#${execution} spent an attempt: ${error}`,
        ),
        ...figures.lines,
      ].join('\n'),
    );
    const audits = await Promise.all(campaigns.map(({ id }) => breachesIn(store, id)));
    const breaches = [
      ...audits.flat(),
      ...killer.breaches,
      ...figures.breaches,
      ...(await leftForGood(() => leftOf(world))).map((what) => `left: ${what}`),
      ...(await guardFoldersOf(world)).map((folder) => `a guard's folder is left: ${folder}`),
    ];
    expect(breaches, `evidence is in ${evidence}`).toEqual([]);
    await rm(evidence, { recursive: true });
  },
  MINUTES * 60_000 + CALM_MS + TEST_ENGINE_TIMEOUT_MS,
);

async function isOver(store: Store): Promise<true | undefined> {
  return (await store.listCampaigns()).every(({ status }) => status === 'finished') || undefined;
}

async function isClosed(store: Store): Promise<true | undefined> {
  return (await store.openInjections()).length === 0 || undefined;
}

/** What the variable names, with commas between. @throws RangeError on what there is not: a soak of nothing proves nothing */
function chosen<T extends string>(variable: string, known: readonly T[]): T[] | undefined {
  return process.env[variable]?.split(',').map((name) => {
    const one = known.find((each) => each === name);
    if (one === undefined) throw new RangeError(`${variable}: ${name} is none of ${known.join(', ')}`);
    return one;
  });
}

/** Short trials of every fault; whatever is struck, none may fail for want of attempts. */
function campaignOn(runtime: string): string {
  return `
name: soak
subjects: [pair]
runtime: ${runtime}
chaos_types:
  - { type: latency, params: { min_ms: 60, max_ms: 100 } }
  - { type: process_pause, duration_seconds: 1 }
  - { type: network_partition, params: { clients: true }, duration_seconds: 1 }
  - { type: node_kill, params: { mode: stop }, duration_seconds: 1 }
  - { type: disk_pressure }
  - { type: node_kill }
trials_per_combination: 2
parallel: 4
attempts: 50
backoff_seconds: 1
hold_seconds: 1
settle_seconds: 1
timeout_seconds: 30
`;
}
