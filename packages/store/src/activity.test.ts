import type { FaultPlan } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExecutionRef } from './rows.ts';
import { openTestStore, sampleCampaign, sampleRecord, sampleTrials, type TestStore } from './testing.ts';

const HOUR_MS = 3_600_000;

let store: TestStore;
let id: string;
let ids: string[];
beforeEach(async () => {
  store = await openTestStore();
  ({ id } = await store.createCampaign(
    sampleCampaign({ parallel: 10, cooldownSeconds: 60 }),
    sampleTrials(4),
  ));
  ids = (await store.listTrials(id)).map((trial) => trial.id);
}, 60_000);
afterEach(() => store.close());

async function run(index: number, workerId = 'w-3'): Promise<ExecutionRef> {
  const trialId = ids[index] ?? '';
  const claim = await store.claim({ trialId, workerId, place: 'm/b/h', reopenFailed: false });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  return { trialId, execution: claim.execution };
}

const plan = (injection: string): FaultPlan => ({
  version: 1,
  type: 'latency',
  injection,
  targets: [{ name: 'n1', role: 'primary', incarnation: '1@1' }],
  params: {},
});

test('phases travel with the beat, and keep the instant at which they began', async () => {
  const ref = await run(0);
  const live = async () => (await store.campaignActivity(id, HOUR_MS)).live;
  expect(await live()).toMatchObject([
    { ...ref, key: 'postgres/latency#0', workerId: 'w-3', phase: 'starting' },
  ]);
  await store.beat('w-3', [{ ...ref, phase: 'under_fault', phaseMs: 5_000 }]);
  const [before] = await live();
  expect(before).toMatchObject({ phase: 'under_fault' });
  expect(before?.phaseMs).toBeGreaterThan(4_999);
  expect(before?.silentMs).toBeLessThan(60_000);
  await store.beat('w-3', [{ ...ref, phase: 'under_fault', phaseMs: 0 }]);
  await store.beat('w-3', [ref]);
  const [after] = await live();
  expect(after?.phase).toBe('under_fault');
  expect(after?.phaseMs).toBeGreaterThan(5_000);
  await expect(store.beat('w-3', [{ ...ref, phase: 'asleep' as never }])).rejects.toThrow(/violates check/);
});

test('a loss is told with what became of the fault and of the trial', async () => {
  const ref = await run(0);
  await store.beat('w-3', [ref]);
  await store.planInjection(ref, 'm/b/h', plan('i1'));
  await store.advanceInjection('i1', 'gone', { undone_at: '2026-01-05T12:03:09Z', undone_by: 'guard' });
  await store.loseExecution(ref, 1, 'worker w-3 silent for 15 s');
  const lost = async (withinMs = HOUR_MS) => (await store.campaignActivity(id, withinMs)).lost;
  expect(await lost()).toEqual([
    {
      ...ref,
      key: 'postgres/latency#0',
      workerId: 'w-3',
      place: 'm/b/h',
      error: 'worker w-3 silent for 15 s',
      lastBeatAt: expect.any(Date),
      endedAt: expect.any(Date),
      trialStatus: 'pending',
      trialOutcome: null,
      newestExecution: null,
      newestWorkerId: null,
      injections: [
        {
          type: 'latency',
          state: 'gone',
          evidence: { gone: { undone_at: '2026-01-05T12:03:09Z', undone_by: 'guard' } },
          verifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        },
      ],
    },
  ]);
  await run(0, 'w-5');
  expect(await lost()).toMatchObject([{ trialStatus: 'running', newestExecution: 2, newestWorkerId: 'w-5' }]);
  await store.query(`update executions set ended_at = now() - interval '2 hours' where "end" = 'lost'`);
  expect(await lost()).toEqual([]);
});

test('slots rest for their worker after the removal, and trials in backoff are told with when they try again', async () => {
  const [done, broken] = [await run(0), await run(1, 'w-5')];
  await store.endExecution(done, { end: 'result', outcome: 'resolved', record: sampleRecord() });
  await store.endExecution(broken, { end: 'error', error: 'never steady', record: null });
  const resting = async () => (await store.campaignActivity(id, HOUR_MS)).resting;
  expect(await resting()).toMatchObject([{ removing: true }, { removing: true }]);
  await store.restSlot(done, 20_000);
  await store.restSlot(broken, 0);
  expect(await resting()).toMatchObject([{ key: 'postgres/latency#0', workerId: 'w-3', removing: false }]);
  await run(2);
  expect(Object.fromEntries(await store.slotsByWorker())).toEqual({ 'w-3': { live: 1, resting: 1 } });

  const { backoff } = await store.campaignActivity(id, HOUR_MS);
  expect(backoff).toMatchObject({
    count: 1,
    next: [{ key: 'postgres/latency#1', failures: 1, error: 'never steady' }],
  });
  expect(backoff.next[0]?.againInMs).toBeGreaterThan(1_000);
  expect(await store.campaignActivity('nope', HOUR_MS)).toMatchObject({ live: [], lost: [] });
});
