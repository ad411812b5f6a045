import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewTrial } from './rows.ts';
import { openTestStore, sampleCampaign, sampleTrial, sampleTrials, type TestStore } from './testing.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

test('gives back what was put in', async () => {
  const given = sampleCampaign({
    name: 'whole',
    seed: Number.MAX_SAFE_INTEGER,
    config: { deep: { list: [1, null, 'x'] } },
  });
  const trials = [
    sampleTrial(0, { durationSeconds: 2.5, target: 'leader', goal: 'whole' }),
    sampleTrial(1, { chaosType: 'node_kill', runtime: 'docker', key: 'a\u{1F600}"\\,{}\n' }),
    sampleTrial(2, { chaosType: 'none' }),
  ];
  const created = await store.createCampaign(given, trials);
  expect(created).toMatchObject({
    ...given,
    status: 'pending',
    trialCount: 3,
    finishedAt: null,
    needs: ['postgres/docker/node_kill', 'postgres/process/latency', 'postgres/process/none'],
  });
  expect(await store.getCampaign(created.id)).toEqual(created);
  expect(await store.listTrials(created.id)).toMatchObject(trials);
  expect(await store.findTrial(created.id, trials[1]?.key ?? '')).toMatchObject({
    status: 'pending',
    execution: 0,
    slotFreeAt: null,
  });
});

test('nothing is written when the iterable throws', async () => {
  function* broken(): Generator<NewTrial> {
    yield* sampleTrials(5_000);
    throw new Error('the expansion broke');
  }
  await expect(store.createCampaign(sampleCampaign(), broken())).rejects.toThrow('the expansion broke');
  expect(await store.listCampaigns()).toEqual([]);
  expect(await store.query('select from trials limit 1')).toEqual([]);
});

test('nothing is written when the database refuses a trial, and the store goes on', async () => {
  const twice = [...sampleTrials(4_500), sampleTrial(0)];
  await expect(store.createCampaign(sampleCampaign(), twice)).rejects.toThrow(/duplicate key/);
  expect(await store.query('select from campaigns')).toEqual([]);
  expect((await store.createCampaign(sampleCampaign(), sampleTrials(1))).trialCount).toBe(1);
});

test('pages through many trials in order, and knows how far a campaign is', async () => {
  const { id } = await store.createCampaign(sampleCampaign(), sampleTrials(10_001));
  const page = await store.listTrials(id, { after: 9_998, limit: 10 });
  expect(page.map((trial) => trial.position)).toEqual([9_999, 10_000]);
  expect(await store.listTrials(id, { statuses: ['running'] })).toEqual([]);
  expect(await store.progress(id)).toMatchObject({ total: 10_001, pending: 10_001 });
});

test('a campaign goes from pending to running, to cancelled, with its pending trials', async () => {
  const { id } = await store.createCampaign(sampleCampaign(), sampleTrials(3));
  expect(await store.finishIfDone(id)).toBe(false);
  await store.markRunning(id);
  expect(await store.listCampaigns({ statuses: ['running'] })).toMatchObject([{ id }]);
  expect(await store.cancelCampaign(id)).toBe(true);
  expect(await store.progress(id)).toMatchObject({ cancelled: 3 });
  await store.markRunning(id);
  expect(await store.getCampaign(id)).toMatchObject({ status: 'cancelled', finishedAt: expect.any(Date) });
});

test('ids that are none are not found', async () => {
  expect(await store.getCampaign('x')).toBeUndefined();
  expect(await store.getTrial('99999999999999999999999')).toBeUndefined();
  expect(await store.findTrial('1; drop table trials', 'k')).toBeUndefined();
  expect(await store.listTrials('')).toEqual([]);
  expect(await store.cancelCampaign('nope')).toBe(false);
  expect((await store.progress('nope')).total).toBe(0);
});
