import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Claim, ExecutionRef, ExecutionResult } from './rows.ts';
import { openTestStore, sampleCampaign, sampleRecord, sampleTrials, type TestStore } from './testing.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

const RESULT: ExecutionResult = { end: 'result', outcome: 'resolved', record: sampleRecord() };
const ERROR: ExecutionResult = { end: 'error', error: 'the harness threw', record: null };
const NOW = { by: 'rob@host', abortRunning: true };
const LATER = { by: 'rob@host', abortRunning: false };

/** A campaign whose trials run once only, and ends of it: `[RESULT, ERROR]` ends the first two. */
async function create(count: number, ends: readonly ExecutionResult[] = []) {
  const { id } = await store.createCampaign(
    sampleCampaign({ parallel: 3, attempts: 1 }),
    sampleTrials(count),
  );
  const ids = (await store.listTrials(id)).map((trial) => trial.id);
  for (const [at, result] of ends.entries()) await end(await run(ids[at] ?? ''), result);
  return { id, ids };
}

function claim(trialId: string): Promise<Claim> {
  return store.claim({ trialId, workerId: 'w-1', place: 'here', reopenFailed: false });
}

async function run(trialId: string): Promise<ExecutionRef> {
  const answer = await claim(trialId);
  if (answer.kind !== 'claimed') throw new Error(`expected a claim, got ${JSON.stringify(answer)}`);
  return { trialId, execution: answer.execution };
}

async function end(ref: ExecutionRef, result: ExecutionResult): Promise<void> {
  await store.endExecution(ref, result);
  await store.restSlot(ref, 0);
}

const keyOf = (index: number): string => `postgres/latency#${index}`;

test('a paused campaign starts nothing; its running trials go on, or are to be given back', async () => {
  const { id, ids } = await create(2);
  const running = await run(ids[0] ?? '');
  expect(await store.pauseCampaign(id, LATER)).toBe(true);
  const paused = await store.getCampaign(id);
  expect(paused).toMatchObject({ status: 'paused', pausedBy: 'rob@host', pausedAt: expect.any(Date) });
  expect(await claim(ids[1] ?? '')).toMatchObject({ kind: 'wait', reason: 'paused' });
  expect(await store.beat('w-1', [running])).toEqual({ owned: [running], cancelled: [], paused: [] });

  // Again, by another, and now at once: who was first stays.
  expect(await store.pauseCampaign(id, { by: 'eve', abortRunning: true })).toBe(true);
  expect(await store.getCampaign(id)).toEqual(paused);
  expect(await store.pauseCampaign(id, LATER)).toBe(true);
  expect((await store.beat('w-1', [running])).paused).toEqual([running]);
  await end(running, { end: 'given_back' });
  expect(await store.getTrial(running.trialId)).toMatchObject({ status: 'pending', failures: 0, losses: 0 });

  expect(await store.resumeCampaign(id)).toBe(true);
  expect(await store.resumeCampaign(id)).toBe(false);
  expect(await store.getCampaign(id)).toMatchObject({ status: 'running', pausedAt: null, pausedBy: null });
  const again = await run(ids[0] ?? '');
  expect((await store.beat('w-1', [again])).paused).toEqual([]);
});

test('what ended during a pause is finished by the resume', async () => {
  const { id, ids } = await create(1);
  const running = await run(ids[0] ?? '');
  await store.pauseCampaign(id, LATER);
  await end(running, RESULT);
  expect((await store.getCampaign(id))?.status).toBe('paused');
  expect(await store.resumeCampaign(id)).toBe(true);
  expect((await store.getCampaign(id))?.status).toBe('finished');
  expect(await store.pauseCampaign(id, NOW)).toBe(false);
  expect(await store.pauseCampaign('nope', NOW)).toBe(false);
});

test('a paused campaign can be cancelled, and what was cancelled half way is completed', async () => {
  const { id, ids } = await create(3);
  const running = await run(ids[0] ?? '');
  await store.pauseCampaign(id, LATER);
  expect(await store.cancelCampaign(id)).toBe(true);
  expect(await store.getCampaign(id)).toMatchObject({ status: 'cancelled', pausedAt: null });
  expect(await store.progress(id)).toMatchObject({ running: 1, cancelled: 2 });
  expect((await store.beat('w-1', [running])).cancelled).toEqual([running]);

  // As if the process had died between its two transactions.
  await store.query(`update trials set status = 'pending', ended_at = null where status = 'cancelled'`);
  expect(await claim(ids[1] ?? '')).toEqual({ kind: 'over', status: 'cancelled', error: null });
  expect(await store.cancelCampaign(id)).toBe(false);
  expect(await store.progress(id)).toMatchObject({ running: 1, cancelled: 2, pending: 0 });
});

test('a retry reopens what has failed, with fresh budgets and a new generation, and nothing else', async () => {
  const { id, ids } = await create(3, [RESULT, ERROR, ERROR]);
  const [completed] = await store.listTrials(id);
  expect((await store.getCampaign(id))?.status).toBe('finished');
  expect(await store.retryTrials(id, [keyOf(1)])).toBe(1);
  expect(await store.getCampaign(id)).toMatchObject({ status: 'running', finishedAt: null });
  expect((await store.listTrials(id)).map((trial) => [trial.status, trial.generation])).toEqual([
    ['completed', 0],
    ['pending', 1],
    ['failed', 0],
  ]);
  expect(await store.getTrial(ids[1] ?? '')).toMatchObject({ failures: 0, error: null, endedAt: null });
  expect(await store.retryTrials(id)).toBe(1);
  expect(await store.retryTrials(id)).toBe(0);
  expect(await store.getTrial(ids[0] ?? '')).toEqual(completed);
  await end(await run(ids[1] ?? ''), RESULT);
  expect((await store.listExecutions(ids[1] ?? '')).map((each) => each.end)).toEqual(['error', 'result']);
});

test('a retry of anything but a failed trial is refused, and then nothing of it is done', async () => {
  const { id } = await create(4, [RESULT, ERROR]);
  await expect(store.retryTrials(id, [keyOf(1), keyOf(0)])).rejects.toMatchObject({
    message: `${keyOf(0)} is completed: only failed trials are run again, and nothing was changed`,
    exitCode: 2,
  });
  await expect(store.retryTrials(id, [keyOf(1), keyOf(2), keyOf(3)])).rejects.toThrow(
    `${keyOf(2)} is pending, ${keyOf(3)} is pending`,
  );
  await expect(store.retryTrials(id, [keyOf(1), 'no/such#1'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(store.retryTrials('77')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await store.findTrial(id, keyOf(1)))?.status).toBe('failed');

  await store.cancelCampaign(id);
  await expect(store.retryTrials(id)).rejects.toThrow(`campaign ${id} was cancelled`);
  expect(await store.reopenFailedTrials(id)).toBe(0);
});

test('a retry in a paused campaign waits for the resume', async () => {
  const { id, ids } = await create(2, [ERROR]);
  await store.pauseCampaign(id, LATER);
  expect(await store.retryTrials(id)).toBe(1);
  expect((await store.getCampaign(id))?.status).toBe('paused');
  expect(await claim(ids[0] ?? '')).toMatchObject({ kind: 'wait', reason: 'paused' });
});

test('a retry pressed in Bull Board keeps the generation, and leaves alone what has not failed', async () => {
  const { id, ids } = await create(3, [RESULT, ERROR, ERROR]);
  expect(await store.reopenFailedTrials(id, [ids[0] ?? '', ids[1] ?? '', 'x'])).toBe(1);
  expect(await store.reopenFailedTrials(id, [])).toBe(0);
  expect((await store.listTrials(id)).map((trial) => [trial.status, trial.generation])).toEqual([
    ['completed', 0],
    ['pending', 0],
    ['failed', 0],
  ]);
  expect((await store.getCampaign(id))?.status).toBe('running');
});

test('each due check of a queue goes to one worker, and a huge campaign is due less often', async () => {
  const { id } = await create(1);
  const other = await store.openAnother();
  expect(await store.takeQueueChecks(10_000)).toEqual([]);
  await store.query(`update campaigns set queue_checked_at = clock_timestamp() - interval '11 seconds'`);
  const taken = await Promise.all([store, other, store, other].map((each) => each.takeQueueChecks(10_000)));
  expect(taken.flat()).toEqual([id]);
  await store.query(`update campaigns set queue_checked_at = clock_timestamp() - interval '11 seconds',
    trial_count = 1000000`);
  expect(await store.takeQueueChecks(10_000)).toEqual([]);
  await store.query(`update campaigns set queue_checked_at = clock_timestamp() + interval '1 hour'`);
  expect(await store.takeQueueChecks(10_000)).toEqual([id]);
  await store.cancelCampaign(id);
  // Its canceller has a while to finish what it began.
  expect(await store.takeQueueChecks(10_000)).toEqual([]);
  expect(await store.takeQueueChecks(0)).toEqual([id]);
  expect(await store.takeQueueChecks(0)).toEqual([]);
});

test('what could start now is told without what rests, waits for its backoff, or is paused', async () => {
  const { id, ids } = await create(5);
  const startable = async () => (await store.waitingTrials()).get(id)?.startable;
  const waiting = async () => (await store.waitingTrials()).get(id)?.waiting;
  expect(await startable()).toBe(3);
  const first = await run(ids[0] ?? '');
  expect(await startable()).toBe(2);
  // Of four that wait, as many as the campaign may run at once.
  expect(await waiting()).toBe(3);
  await store.endExecution(first, RESULT); // its instance is still being removed
  expect(await startable()).toBe(2);
  await store.restSlot(first, 0);
  expect(await startable()).toBe(3);
  await end(await run(ids[1] ?? ''), { end: 'lost', error: 'gone' });
  // The slot waits for its own trial, which may start.
  expect(await startable()).toBe(3);
  await store.query(
    `update trials set retry_at = clock_timestamp() + interval '4 seconds' where position > 2`,
  );
  expect(await startable()).toBe(2);
  // No backoff is that long: the clock has been set back.
  await store.query(`update trials set retry_at = clock_timestamp() + interval '1 hour' where position > 2`);
  expect(await startable()).toBe(3);
  await store.pauseCampaign(id, LATER);
  expect(await startable()).toBeUndefined();
});
