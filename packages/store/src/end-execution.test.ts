import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOSS_BUDGET } from './decide-end.ts';
import type { ExecutionRef, ExecutionResult, NewCampaign } from './rows.ts';
import { openTestStore, sampleCampaign, sampleRecord, sampleTrials, type TestStore } from './testing.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
}, 60_000);
afterEach(() => store.close());

const RESULT: ExecutionResult = { end: 'result', outcome: 'resolved', record: sampleRecord() };
const VOID: ExecutionResult = {
  end: 'void',
  voidCause: 'fault_not_active',
  error: 'the fault did not bite',
  record: sampleRecord({ activeMs: null }),
};
const ERROR: ExecutionResult = { end: 'error', error: 'the harness threw', record: null };
const LOST: ExecutionResult = { end: 'lost', error: 'beats stood still' };

async function claimed(given: Partial<NewCampaign> = {}, count = 1) {
  const campaign = await store.createCampaign(
    sampleCampaign({ parallel: 10, ...given }),
    sampleTrials(count),
  );
  const trials = await store.listTrials(campaign.id);
  for (const trial of trials) await claim(trial.id);
  return { campaign, trialId: trials[0]?.id ?? '', ids: trials.map((trial) => trial.id) };
}

/** Whatever the backoff says. */
async function claim(trialId: string): Promise<ExecutionRef> {
  await store.query('update trials set retry_at = null where id = $1', [trialId]);
  await store.query('update executions set slot_free_at = null where slot_free_at is not null');
  const answer = await store.claim({ trialId, workerId: 'worker', place: 'here', reopenFailed: false });
  if (answer.kind !== 'claimed') throw new Error(`expected a claim, got ${JSON.stringify(answer)}`);
  return { trialId, execution: answer.execution };
}

test('result: completed, with outcome and record, on the trial and on its execution', async () => {
  const { campaign, trialId } = await claimed();
  const ended = await store.endExecution({ trialId, execution: 1 }, RESULT);
  expect(ended).toEqual({ kind: 'ended', trialStatus: 'completed', retryInMs: null, error: null });
  const seen = { outcome: 'resolved', record: sampleRecord(), error: null };
  expect(await store.getTrial(trialId)).toMatchObject({ status: 'completed', ...seen });
  expect(await store.listExecutions(trialId)).toMatchObject([{ end: 'result', ...seen }]);
  expect(await store.getCampaign(campaign.id)).toMatchObject({ status: 'finished' });
});

test('void: again after a backoff that doubles; none left: failed, outcome void, cause kept', async () => {
  const { campaign, trialId } = await claimed({ attempts: 3, backoffSeconds: 10 });
  const first = await store.endExecution({ trialId, execution: 1 }, VOID);
  expect(first).toMatchObject({ trialStatus: 'pending', error: 'the fault did not bite' });
  expect(first.kind === 'ended' && first.retryInMs).toBeGreaterThanOrEqual(8_000);
  expect(first.kind === 'ended' && first.retryInMs).toBeLessThanOrEqual(12_000);
  expect(await store.getTrial(trialId)).toMatchObject({
    status: 'pending',
    failures: 1,
    outcome: null,
    record: null,
  });

  const second = await store.endExecution(await claim(trialId), VOID);
  expect(second.kind === 'ended' && second.retryInMs).toBeGreaterThanOrEqual(16_000);
  expect(second.kind === 'ended' && second.retryInMs).toBeLessThanOrEqual(24_000);
  expect(await store.finishIfDone(campaign.id)).toBe(false);

  expect(await store.endExecution(await claim(trialId), VOID)).toMatchObject({
    trialStatus: 'failed',
    retryInMs: null,
  });
  expect(await store.getTrial(trialId)).toMatchObject({
    status: 'failed',
    outcome: 'void',
    voidCause: 'fault_not_active',
    failures: 3,
    record: sampleRecord({ activeMs: null }),
  });
  expect(await store.listExecutions(trialId)).toHaveLength(3);
  expect(await store.getCampaign(campaign.id)).toMatchObject({ status: 'finished' });
});

test('error: the same budget; none left: failed without an outcome; the error of every execution is kept', async () => {
  const { trialId } = await claimed({ attempts: 2 });
  await store.endExecution({ trialId, execution: 1 }, VOID);
  const ended = await store.endExecution(await claim(trialId), ERROR);
  expect(ended).toMatchObject({ trialStatus: 'failed', error: 'the harness threw' });
  expect(await store.getTrial(trialId)).toMatchObject({ status: 'failed', outcome: null, voidCause: null });
  expect((await store.listExecutions(trialId)).map(({ end, error }) => [end, error])).toEqual([
    ['void', 'the fault did not bite'],
    ['error', 'the harness threw'],
  ]);
});

test('lost: again at once, on a budget of its own; the tenth loss fails the trial', async () => {
  const { trialId } = await claimed({ attempts: 1 });
  for (let execution = 1; execution < LOSS_BUDGET; execution++) {
    const ended = await store.endExecution({ trialId, execution }, LOST);
    expect(ended).toMatchObject({ trialStatus: 'pending', retryInMs: 0 });
    const again = await store.claim({ trialId, workerId: 'w', place: 'p', reopenFailed: false });
    expect(again).toMatchObject({ kind: 'claimed', execution: execution + 1 });
  }
  expect(await store.endExecution({ trialId, execution: LOSS_BUDGET }, LOST)).toMatchObject({
    trialStatus: 'failed',
  });
  expect(await store.getTrial(trialId)).toMatchObject({
    losses: 10,
    failures: 0,
    error: 'beats stood still',
  });
});

test('given back: pending, unspent', async () => {
  const { trialId } = await claimed({ attempts: 1 });
  const ended = await store.endExecution({ trialId, execution: 1 }, { end: 'given_back' });
  expect(ended).toEqual({ kind: 'ended', trialStatus: 'pending', retryInMs: 0, error: null });
  expect(await store.getTrial(trialId)).toMatchObject({ failures: 0, losses: 0, retryAt: null });
});

test('cancelled: the trial is cancelled', async () => {
  const { trialId } = await claimed();
  const ended = await store.endExecution({ trialId, execution: 1 }, { end: 'cancelled' });
  expect(ended).toMatchObject({ trialStatus: 'cancelled', retryInMs: null });
});

test('in a cancelled campaign nothing runs again, and a result still counts', async () => {
  const { campaign, ids } = await claimed({}, 6);
  await store.cancelCampaign(campaign.id);
  const results = [{ end: 'given_back' }, LOST, VOID, ERROR, { end: 'cancelled' }, RESULT] as const;
  for (const [at, result] of results.entries()) {
    const status = result.end === 'result' ? 'completed' : 'cancelled';
    const ended = await store.endExecution({ trialId: ids[at] ?? '', execution: 1 }, result);
    expect(ended).toMatchObject({ trialStatus: status, retryInMs: null });
  }
  expect(await store.progress(campaign.id)).toMatchObject({ cancelled: 5, completed: 1, running: 0 });
  expect(await store.getCampaign(campaign.id)).toMatchObject({ status: 'cancelled' });
});

test('an older execution changes nothing, and what it brings is kept beside', async () => {
  const { trialId } = await claimed();
  await store.endExecution({ trialId, execution: 1 }, LOST);
  await claim(trialId);
  expect(await store.endExecution({ trialId, execution: 1 }, RESULT)).toEqual({ kind: 'stale' });
  expect(await store.getTrial(trialId)).toMatchObject({
    status: 'running',
    execution: 2,
    outcome: null,
    record: null,
  });
  const [first] = await store.listExecutions(trialId);
  expect(first).toMatchObject({
    end: 'lost',
    outcome: null,
    record: null,
    late: [{ end: 'result', outcome: 'resolved' }],
  });

  await store.endExecution({ trialId, execution: 2 }, RESULT);
  expect(await store.endExecution({ trialId, execution: 2 }, VOID)).toEqual({ kind: 'stale' });
  expect(await store.getTrial(trialId)).toMatchObject({ status: 'completed', outcome: 'resolved' });
  expect((await store.listExecutions(trialId))[1]?.late).toHaveLength(1);
  expect(await store.endExecution({ trialId, execution: 7 }, RESULT)).toEqual({ kind: 'stale' });
  expect(await store.endExecution({ trialId: '999999', execution: 1 }, RESULT)).toEqual({ kind: 'stale' });
});

test('a late result that comes together with the live one costs it nothing', async () => {
  for (const order of [
    [1, 2],
    [2, 1],
  ]) {
    const { trialId } = await claimed();
    await store.endExecution({ trialId, execution: 1 }, LOST);
    await claim(trialId);
    const ends = order.map((execution) => store.endExecution({ trialId, execution }, RESULT));
    const answers = new Map((await Promise.all(ends)).map((end, at) => [order[at], end.kind]));
    expect(answers).toEqual(
      new Map(order.map((execution) => [execution, execution === 2 ? 'ended' : 'stale'])),
    );
    expect(await store.getTrial(trialId)).toMatchObject({ status: 'completed', execution: 2 });
    expect((await store.listExecutions(trialId))[0]?.late).toHaveLength(1);
  }
});

test('the same end written twice is answered like the first', async () => {
  const { trialId } = await claimed();
  const once = await store.endExecution({ trialId, execution: 1 }, RESULT);
  expect(await store.endExecution({ trialId, execution: 1 }, RESULT)).toEqual(once);
  expect((await store.listExecutions(trialId))[0]?.late).toBeNull();
});

test('of two that end an execution at once, one wins', async () => {
  const { trialId } = await claimed();
  const other = await store.openAnother();
  const ends = await Promise.all([
    store.endExecution({ trialId, execution: 1 }, RESULT),
    other.endExecution({ trialId, execution: 1 }, ERROR),
    other.loseExecution({ trialId, execution: 1 }, 0, 'still'),
  ]);
  const winners = ends.filter((each) => each === true || (typeof each === 'object' && each.kind === 'ended'));
  expect(winners).toHaveLength(1);
  expect((await store.listExecutions(trialId))[0]?.end).not.toBeNull();
});

test('an execution is lost only if its beats stand where they were seen', async () => {
  const { trialId } = await claimed();
  const ref = { trialId, execution: 1 };
  await store.beat('worker', [ref]);
  expect(await store.loseExecution(ref, 0, 'stood at 0')).toBe(false);
  expect((await store.getTrial(trialId))?.status).toBe('running');
  expect(await store.loseExecution(ref, 1, 'stood at 1')).toBe(true);
  expect(await store.loseExecution(ref, 1, 'stood at 1')).toBe(false);
  expect(await store.getTrial(trialId)).toMatchObject({ status: 'pending', losses: 1, error: 'stood at 1' });
  expect(await store.beat('worker', [ref])).toEqual({ owned: [], cancelled: [], paused: [] });
});

test('what Postgres cannot store in an error or a record does not cost the result', async () => {
  const { trialId, ids } = await claimed({ attempts: 1 }, 2);
  await store.endExecution({ trialId, execution: 1 }, { end: 'error', error: 'log: \0\ud800', record: null });
  expect((await store.getTrial(trialId))?.error).toBe('log: \ufffd\ufffd');
  const record = sampleRecord({ findings: ['\0', 'a\ud800b', '\\u0000'], finalState: { 'k\0': '\udc00' } });
  await store.endExecution(
    { trialId: ids[1] ?? '', execution: 1 },
    { end: 'result', outcome: 'resolved', record },
  );
  expect((await store.getTrial(ids[1] ?? ''))?.record).toMatchObject({
    findings: ['\ufffd', 'a\ufffdb', '\\u0000'],
    finalState: { 'k\ufffd': '\ufffd' },
  });
});

test('a campaign is finished by the end of its last trial, once, and not by its rest', async () => {
  const { campaign, ids } = await claimed({ cooldownSeconds: 3_600 }, 8);
  const told: string[] = [];
  const stop = await store.onCampaignChange((id) => told.push(id));
  await Promise.all(ids.map((trialId) => store.endExecution({ trialId, execution: 1 }, RESULT)));
  expect(await store.getCampaign(campaign.id)).toMatchObject({ status: 'finished' });
  expect(await store.finishIfDone(campaign.id)).toBe(false);
  // Ends that are written together are told of once.
  await expect.poll(() => told.length).toBeGreaterThan(0);
  expect(new Set(told)).toEqual(new Set([campaign.id]));
  await stop();
});
