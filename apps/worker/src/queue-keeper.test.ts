import { onBothBackends, SOON } from '@ordeal/queue/testing-bench';
import { sampleCampaign, sampleRecord, sampleTrials } from '@ordeal/store/testing';
import { pino } from 'pino';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { startQueueKeeper } from './queue-keeper.ts';

const CHECK_EVERY_MS = 200;
const log = pino({ level: 'silent' });

onBothBackends((bench) => {
  it('gives a lost trial its job without waiting for the next check', async () => {
    const { store, queues, campaign } = bench;
    const claim = {
      trialId: bench.idOf(3),
      campaignId: campaign.id,
      workerId: 'w-1',
      place: 'p',
      reopenFailed: false,
    };
    const claimed = await store.claim(claim);
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
    const execution = { trialId: claim.trialId, execution: claimed.execution };
    const keeper = startQueueKeeper({ store, queues, log, checkEveryMs: 3_600_000 });
    onTestFinished(() => keeper.stop());
    expect(await store.loseExecution(execution, 0, 'its worker is silent')).toBe(true);
    keeper.lost(claim);
    await expect.poll(() => bench.waiting(), SOON).toEqual([claimed.trial.key]);
  });
});

onBothBackends((bench) => {
  beforeEach(async () => {
    // As if each test's campaign had been enqueued a while ago.
    await bench.store.query(`update campaigns set queue_checked_at = now() - interval '1 hour'`);
    const { store, queues } = bench;
    const keepers = [1, 2].map(() => startQueueKeeper({ store, queues, log, checkEveryMs: CHECK_EVERY_MS }));
    onTestFinished(async () => {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
    });
  });

  const throttle = () => bench.queues.throttle(bench.campaign.id);
  const pause = () => bench.store.pauseCampaign(bench.campaign.id, { by: 'rob', abortRunning: false });

  it('completes an enqueue that died before its first job', async () => {
    await bench.countsBecome({ waiting: 6 });
    expect(await throttle()).toMatchObject({ parallel: 2, paused: false });
    // Marked once its jobs are there: a moment after they can be counted.
    await expect
      .poll(async () => (await bench.store.getCampaign(bench.campaign.id))?.status, SOON)
      .toBe('running');
  });

  it('repairs what was deleted, emptied, obliterated, unthrottled or paused by hand', async () => {
    await bench.countsBecome({ waiting: 6 });
    const queue = bench.queues.boardQueue(bench.campaign.id);
    await queue.remove(`t${bench.idOf(3)}g0`);
    await bench.countsBecome({ waiting: 6 });
    await queue.drain(true);
    await queue.setGlobalConcurrency(9);
    await queue.setGlobalRateLimit(1, 60_000);
    await bench.countsBecome({ waiting: 6 });
    await queue.pause();
    await queue.obliterate({ force: true });
    await bench.countsBecome({ waiting: 6 });
    await queue.pause();
    await expect.poll(throttle, SOON).toEqual({ parallel: 2, paused: false, rateLimited: false });
  });

  it('repairs a paused campaign too, and keeps its queue paused', async () => {
    await bench.countsBecome({ waiting: 6 });
    await pause();
    await expect.poll(throttle, SOON).toMatchObject({ paused: true });
    const queue = bench.queues.boardQueue(bench.campaign.id);
    await queue.obliterate({ force: true });
    await bench.countsBecome({ waiting: 6 });
    await queue.resume();
    await expect.poll(throttle, SOON).toMatchObject({ parallel: 2, paused: true });
  });

  it('does not bring a failed trial back whose job was deleted', async () => {
    await bench.countsBecome({ waiting: 6 });
    await bench.store.query(
      `update trials set status = 'failed', ended_at = now() where campaign_id = $1 and position = 0`,
      [bench.campaign.id],
    );
    const queue = bench.queues.boardQueue(bench.campaign.id);
    await queue.drain();
    await bench.countsBecome({ waiting: 5 });
    expect(await bench.waiting()).not.toContain('postgres/latency#0');
    expect((await bench.store.getTrial(bench.idOf(0)))?.status).toBe('failed');
  });

  it('brings to its end what was cancelled half way, and finishes a campaign that was left unfinished', async () => {
    await bench.countsBecome({ waiting: 6 });
    // Whoever cancelled it died after the first of its transactions.
    await bench.store.query(
      `update campaigns set status = 'cancelled', finished_at = now(), queue_checked_at = '-infinity' where id = $1`,
      [bench.campaign.id],
    );
    await expect
      .poll(() => bench.store.progress(bench.campaign.id), SOON)
      .toMatchObject({ cancelled: 6, pending: 0 });
    const other = await bench.store.createCampaign(sampleCampaign(), sampleTrials(1));
    await bench.store.query(
      `update trials set status = 'completed', outcome = 'resolved', record = $2, ended_at = now()
       where campaign_id = $1`,
      [other.id, JSON.stringify(sampleRecord())],
    );
    await bench.store.query(`update campaigns set status = 'running', queue_checked_at = now() - interval '1 hour'
      where id = ${other.id}`);
    await expect.poll(async () => (await bench.store.getCampaign(other.id))?.status, SOON).toBe('finished');
    await bench.countsBecome({ waiting: 0 });
  });
});
