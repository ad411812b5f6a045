import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Claim } from './rows.ts';
import { openTestStore, sampleCampaign, sampleRecord, sampleTrials, type TestStore } from './testing.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

async function create(count: number, given: Parameters<typeof sampleCampaign>[0] = {}) {
  const campaign = await store.createCampaign(sampleCampaign(given), sampleTrials(count));
  const trials = await store.listTrials(campaign.id);
  return { campaign, ids: trials.map((trial) => trial.id), first: trials[0]?.id ?? '' };
}

function claim(trialId: string, by = store, reopenFailed = false): Promise<Claim> {
  return by.claim({ trialId, workerId: 'worker', place: 'here', reopenFailed });
}

test('never more than `parallel` live executions, and exactly that many, under claims from several pools', async () => {
  const { campaign, ids } = await create(60, { parallel: 4 });
  const others = await Promise.all([1, 2, 3].map(() => store.openAnother()));
  const claims = await Promise.all(ids.map((id, at) => claim(id, [store, ...others][at % 4] as TestStore)));
  expect(claims.filter((each) => each.kind === 'claimed')).toHaveLength(4);
  expect(claims.filter((each) => each.kind === 'busy')).toHaveLength(56);

  // Each end frees one slot; the pools fight for it; the number of live ones never passes the cap.
  const pending = new Set(ids.filter((_, at) => claims[at]?.kind !== 'claimed'));
  let most = 0;
  while (pending.size > 0) {
    const live = await store.liveExecutions();
    most = Math.max(most, live.length);
    expect(live.length).toBe(Math.min(4, live.length + pending.size));
    await Promise.all(
      live.map((each) =>
        store.endExecution(each, { end: 'result', outcome: 'resolved', record: sampleRecord() }),
      ),
    );
    // Removed at once: nothing rests.
    await Promise.all(live.map((each) => store.restSlot(each, 0)));
    const tried = [...pending].slice(0, 12);
    const again = await Promise.all(
      tried.map((id, at) => claim(id, [store, ...others][at % 4] as TestStore)),
    );
    tried.forEach((id, at) => {
      if (again[at]?.kind === 'claimed') pending.delete(id);
    });
  }
  expect(most).toBe(4);
  expect((await store.progress(campaign.id)).running).toBeLessThanOrEqual(4);
}, 30_000);

test('ten claims of one trial give one execution', async () => {
  const { first } = await create(1, { parallel: 10 });
  const claims = await Promise.all(Array.from({ length: 10 }, () => claim(first)));
  expect(claims.map((each) => each.kind).sort()).toEqual([...Array(9).fill('busy'), 'claimed']);
});

test('a claim starts the campaign and hands out campaign, trial and number', async () => {
  const { campaign, first } = await create(1);
  const claimed = await claim(first);
  expect(claimed).toMatchObject({
    kind: 'claimed',
    execution: 1,
    campaign: { id: campaign.id, status: 'running' },
    trial: { id: first, status: 'running', execution: 1 },
  });
  expect(await store.listExecutions(first)).toMatchObject([
    { execution: 1, workerId: 'worker', place: 'here', beats: 0, end: null, late: null },
  ]);
});

test('what is over stays over', async () => {
  const { first } = await create(1);
  expect(await claim('999999')).toEqual({ kind: 'over', status: 'unknown', error: null });
  expect(await claim('no id')).toEqual({ kind: 'over', status: 'unknown', error: null });
  await claim(first);
  const ref = { trialId: first, execution: 1 };
  await store.endExecution(ref, { end: 'result', outcome: 'resolved', record: sampleRecord() });
  expect(await claim(first, store, true)).toEqual({ kind: 'over', status: 'completed', error: null });
});

test('a cancelled campaign says over, a paused one wait', async () => {
  const { campaign, ids } = await create(3, { parallel: 1 });
  const [running = '', pending = ''] = ids;
  await claim(running);
  await store.pauseCampaign(campaign.id, { by: 'rob', abortRunning: false });
  expect(await claim(pending)).toMatchObject({ kind: 'wait', reason: 'paused' });
  expect(await store.cancelCampaign(campaign.id)).toBe(true);
  expect(await claim(pending)).toMatchObject({ kind: 'over', status: 'cancelled' });
  expect(await claim(running)).toMatchObject({ kind: 'over', status: 'cancelled' });
  expect(await store.cancelCampaign(campaign.id)).toBe(false);
});

test('a backoff is waited for, and a clock that was set back does not stretch it', async () => {
  const { first } = await create(1, { backoffSeconds: 5 });
  await claim(first);
  await store.endExecution({ trialId: first, execution: 1 }, { end: 'error', error: 'broke', record: null });
  const waiting = await claim(first);
  if (waiting.kind !== 'wait') throw new Error(`expected wait, got ${waiting.kind}`);
  expect(waiting.reason).toBe('backoff');
  expect(waiting.waitMs).toBeGreaterThan(3_500);
  expect(waiting.waitMs).toBeLessThanOrEqual(6_000);
  await store.restSlot({ trialId: first, execution: 1 }, 0);
  await store.query(`update trials set retry_at = clock_timestamp() + interval '1 hour' where id = $1`, [
    first,
  ]);
  expect(await claim(first)).toMatchObject({ kind: 'claimed', execution: 2 });
});

test('a slot is taken until the instance is removed, and then rests', async () => {
  const { ids } = await create(3, { parallel: 1, cooldownSeconds: 60 });
  const [one = '', two = ''] = ids;
  await claim(one);
  const ref = { trialId: one, execution: 1 };
  await store.endExecution(ref, { end: 'result', outcome: 'resolved', record: sampleRecord() });
  const held = await claim(two);
  expect(held).toMatchObject({ kind: 'wait', reason: 'resting' });
  expect(held.kind === 'wait' && held.waitMs).toBeGreaterThan(85_000);

  await store.restSlot(ref, 60_000);
  const resting = await claim(two);
  expect(resting).toMatchObject({ kind: 'wait', reason: 'resting' });
  expect(resting.kind === 'wait' && resting.waitMs).toBeLessThanOrEqual(60_000);
  expect((await store.getTrial(one))?.slotFreeAt).toBeInstanceOf(Date);

  await store.restSlot(ref, 0);
  expect(await claim(two)).toMatchObject({ kind: 'claimed' });
});

test('two slots: one rests, the other works', async () => {
  const { ids } = await create(3, { parallel: 2, cooldownSeconds: 60 });
  const [one = '', two = '', three = ''] = ids;
  await claim(one);
  await store.endExecution({ trialId: one, execution: 1 }, { end: 'error', error: 'x', record: null });
  expect(await claim(two)).toMatchObject({ kind: 'claimed' });
  // One live, one resting: full, and it is a live one that is waited for no longer than the rest.
  expect(await claim(three)).toMatchObject({ kind: 'wait', reason: 'resting' });
});

test('a clock that was set back does not stretch a rest', async () => {
  const { ids } = await create(2, { parallel: 1, cooldownSeconds: 10 });
  const [one = '', two = ''] = ids;
  await claim(one);
  await store.endExecution(
    { trialId: one, execution: 1 },
    { end: 'result', outcome: 'resolved', record: sampleRecord() },
  );
  await store.query(`update executions set slot_free_at = clock_timestamp() + interval '39 seconds'`);
  expect(await claim(two)).toMatchObject({ kind: 'wait', reason: 'resting' });
  await store.query(`update executions set slot_free_at = clock_timestamp() + interval '2 hours'`);
  expect(await claim(two)).toMatchObject({ kind: 'claimed' });
});

test.each(['given_back', 'cancelled'] as const)(
  'an execution that ends %s frees its slot at once',
  async (end) => {
    const { ids } = await create(2, { parallel: 1, cooldownSeconds: 60 });
    const [one = '', two = ''] = ids;
    await claim(one);
    const ref = { trialId: one, execution: 1 };
    await store.endExecution(ref, { end });
    await store.restSlot(ref, 60_000);
    expect(await claim(two)).toMatchObject({ kind: 'claimed' });
  },
);

test('the slot of a lost execution waits a while for its own trial, and only for that', async () => {
  const { ids } = await create(3, { parallel: 1, cooldownSeconds: 60 });
  const [one = '', two = '', three = ''] = ids;
  await claim(one);
  await store.endExecution({ trialId: one, execution: 1 }, { end: 'lost', error: 'gone' });
  const waiting = await claim(two);
  expect(waiting).toMatchObject({ kind: 'wait', reason: 'resting' });
  expect(waiting.kind === 'wait' && waiting.waitMs).toBeLessThanOrEqual(10_000);
  expect(await claim(one)).toMatchObject({ kind: 'claimed', execution: 2 });
  // Taken: the reservation must not count beside the live execution.
  await store.endExecution({ trialId: one, execution: 2 }, { end: 'given_back' });
  expect(await claim(two)).toMatchObject({ kind: 'claimed' });

  await store.endExecution({ trialId: two, execution: 1 }, { end: 'lost', error: 'gone' });
  await store.query(`update executions set slot_free_at = clock_timestamp() where "end" = 'lost'`);
  expect(await claim(three)).toMatchObject({ kind: 'claimed' });
});

test('a lost trial that finds a free slot gives up the one that was reserved for it', async () => {
  const { ids } = await create(2, { parallel: 2 });
  const [one = '', two = ''] = ids;
  await claim(one);
  await store.endExecution({ trialId: one, execution: 1 }, { end: 'lost', error: 'gone' });
  expect(await claim(one)).toMatchObject({ kind: 'claimed', execution: 2 });
  expect(await claim(two)).toMatchObject({ kind: 'claimed', execution: 1 });
});

test('a retry reopens a failed trial with fresh budgets, and its finished campaign', async () => {
  const { campaign, first } = await create(1, { attempts: 1 });
  await claim(first);
  await store.endExecution(
    { trialId: first, execution: 1 },
    { end: 'void', voidCause: 'never_steady', error: 'not steady', record: null },
  );
  await store.restSlot({ trialId: first, execution: 1 }, 0);
  expect(await store.getCampaign(campaign.id)).toMatchObject({ status: 'finished' });
  expect(await claim(first)).toEqual({ kind: 'over', status: 'failed', error: 'not steady' });

  expect(await claim(first, store, true)).toMatchObject({
    kind: 'claimed',
    execution: 2,
    trial: { status: 'running', failures: 0, losses: 0, outcome: null, voidCause: null, error: null },
    campaign: { status: 'running', finishedAt: null },
  });
  await store.endExecution(
    { trialId: first, execution: 2 },
    { end: 'result', outcome: 'unaffected', record: sampleRecord() },
  );
  expect(await store.getCampaign(campaign.id)).toMatchObject({ status: 'finished' });
  expect((await store.listExecutions(first)).map((each) => each.error)).toEqual(['not steady', null]);
});
