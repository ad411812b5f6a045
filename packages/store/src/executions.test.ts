import type { FaultPlan } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExecutionRef } from './rows.ts';
import { openTestStore, sampleCampaign, sampleRecord, sampleTrials, type TestStore } from './testing.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

async function running(
  count: number,
  workerId = 'worker',
): Promise<{ campaignId: string; refs: ExecutionRef[] }> {
  const { id } = await store.createCampaign(sampleCampaign({ parallel: 10 }), sampleTrials(count));
  const refs: ExecutionRef[] = [];
  for (const trial of await store.listTrials(id)) {
    await store.claim({ trialId: trial.id, workerId, place: 'here', reopenFailed: false });
    refs.push({ trialId: trial.id, execution: 1 });
  }
  return { campaignId: id, refs };
}

const plan = (injection: string): FaultPlan => ({
  version: 1,
  type: 'latency',
  injection,
  targets: [{ name: 'n1', role: 'primary', incarnation: '1@1' }],
  params: { min_ms: 50 },
});

test('a beat raises all live executions of its worker and nothing else', async () => {
  const { campaignId, refs } = await running(3);
  const [one, two, three] = refs as [ExecutionRef, ExecutionRef, ExecutionRef];
  await store.endExecution(three, { end: 'given_back' });
  expect(await store.beat('other', refs)).toEqual({ owned: [], cancelled: [], paused: [] });
  expect(await store.beat('worker', [one, two, three, { ...one, execution: 9 }])).toEqual({
    owned: [one, two],
    cancelled: [],
    paused: [],
  });
  expect(await store.beat('worker', [two])).toEqual({ owned: [two], cancelled: [], paused: [] });
  expect((await store.liveExecutions()).map(({ beats }) => beats)).toEqual([1, 2]);

  await store.cancelCampaign(campaignId);
  expect(await store.beat('worker', [one, two])).toEqual({
    owned: [one, two],
    cancelled: [one, two],
    paused: [],
  });
});

test('a beat keeps its worker alive, with or without executions', async () => {
  const worker = {
    id: 'w1',
    place: 'here',
    pid: 7,
    capabilities: ['postgres/process/latency'],
    cannot: { 'tikv/docker/latency': 'it has no Docker' },
    slots: 10,
  };
  await store.registerWorker(worker);
  await store.query(`update workers set last_beat_at = clock_timestamp() - interval '1 minute'`);
  expect(await store.liveWorkers(15_000)).toEqual([]);
  // It died before the clock was set back.
  await store.query(`update workers set last_beat_at = clock_timestamp() + interval '1 hour'`);
  expect(await store.liveWorkers(15_000)).toEqual([]);
  await store.beat('w1', []);
  expect(await store.liveWorkers(15_000)).toMatchObject([worker]);
  await store.registerWorker({ ...worker, slots: 3 });
  expect(await store.liveWorkers(15_000)).toMatchObject([{ id: 'w1', slots: 3 }]);
  await store.retireWorker('w1');
  await store.beat('w1', []);
  expect(await store.liveWorkers(15_000)).toEqual([]);
});

test('an injection is planned only by the live execution', async () => {
  const { refs } = await running(1);
  const [ref] = refs as [ExecutionRef];
  expect(await store.planInjection({ ...ref, execution: 2 }, 'here', plan('i0'))).toBe(false);
  expect(await store.planInjection(ref, 'here', plan('i1'))).toBe(true);
  expect(await store.planInjection(ref, 'here', plan('i1'))).toBe(true);
  expect(await store.planInjection(ref, 'here', { ...plan('i1'), params: {} })).toBe(false);
  await store.endExecution(ref, { end: 'lost', error: 'gone' });
  expect(await store.planInjection(ref, 'here', plan('i2'))).toBe(false);
  expect(await store.listInjections(ref.trialId)).toMatchObject([
    { id: 'i1', plan: plan('i1'), state: 'planned' },
  ]);
});

test('an injection only moves on, and keeps what was seen at each state', async () => {
  const { refs } = await running(1);
  const [ref] = refs as [ExecutionRef];
  await store.planInjection(ref, 'here', plan('i1'));
  await store.planInjection(ref, 'there', plan('i2'));
  await store.advanceInjection('i1', 'applied', null);
  await store.advanceInjection('i1', 'active', { medianMs: 104 });
  expect(await store.openInjections('here')).toMatchObject([{ id: 'i1', state: 'active', verifiedAt: null }]);
  await store.advanceInjection('i1', 'gone', { medianMs: 1 });
  await store.advanceInjection('i1', 'active', { medianMs: 99 });
  expect(await store.listInjections(ref.trialId)).toMatchObject([
    {
      state: 'gone',
      evidence: { active: { medianMs: 104 }, gone: { medianMs: 1 } },
      verifiedAt: expect.any(Date),
    },
    { state: 'planned' },
  ]);
  expect(await store.openInjections()).toMatchObject([{ id: 'i2' }]);
  await store.advanceInjection('i2', 'unproven', 'no probe answered');
  expect(await store.openInjections()).toEqual([]);
});

test('a timeline is kept with its end, in order, and once', async () => {
  const { refs } = await running(1);
  const [ref] = refs as [ExecutionRef];
  const at = new Date('2026-01-01T00:00:00.123Z');
  const events = [
    { ...ref, at, sinceZeroMs: null, kind: 'steady', data: {} },
    { ...ref, at, sinceZeroMs: -0.25, kind: 'plan', data: { text: 'a\0b' } },
    { ...ref, at, sinceZeroMs: 12.5, kind: 'active', data: { n: 1 } },
  ];
  const result = { end: 'result', outcome: 'quiet', record: sampleRecord() } as const;
  await store.endExecution(ref, result, events);
  await store.endExecution(ref, result, events);
  const stored = events.map((event) =>
    event.kind === 'plan' ? { ...event, data: { text: 'a\ufffdb' } } : event,
  );
  expect(await store.listEvents(ref.trialId)).toEqual(stored);
  // Of an end that came too late, what happened is evidence as well.
  const late = { ...ref, at, sinceZeroMs: 20, kind: 'late', data: {} };
  await store.endExecution(ref, { end: 'error', error: 'too late', record: null }, [late]);
  expect(await store.listEvents(ref.trialId)).toEqual([...stored, late]);
});

test('a slot rests only after its execution has ended, and at most as long as it may', async () => {
  const { refs } = await running(1);
  const [ref] = refs as [ExecutionRef];
  await store.restSlot(ref, 5_000);
  expect((await store.getTrial(ref.trialId))?.slotFreeAt).toBeNull();
  await store.endExecution(ref, { end: 'result', outcome: 'quiet', record: sampleRecord() });
  await store.restSlot(ref, 1e9);
  const [row] = await store.query<{ ms: number }>(
    'select extract(epoch from slot_free_at - clock_timestamp())::float8 * 1000 as ms from executions',
  );
  expect(row?.ms).toBeGreaterThan(25_000);
  expect(row?.ms).toBeLessThanOrEqual(30_000);
});

test('the database refuses words that are none, and a second live execution', async () => {
  const { refs } = await running(1);
  const [ref] = refs as [ExecutionRef];
  await expect(store.query(`update trials set status = 'done'`)).rejects.toThrow(/violates check/);
  await expect(store.query(`update campaigns set status = 'done'`)).rejects.toThrow(/violates check/);
  await expect(store.query(`update executions set "end" = 'died', ended_at = now()`)).rejects.toThrow(
    /violates check/,
  );
  await expect(
    store.query(
      `insert into executions (trial_id, execution, campaign_id, worker_id, place)
       select trial_id, 2, campaign_id, 'w', 'p' from executions where trial_id = $1`,
      [ref.trialId],
    ),
  ).rejects.toThrow(/duplicate key/);
});
