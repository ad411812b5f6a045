import { once } from 'node:events';
import { sampleCampaign, sampleRecord, sampleTrials } from '@ordeal/store/testing';
import { expect, it, onTestFinished } from 'vitest';
import { reconcile, redeliver } from './reconcile.ts';
import { onBothBackends, SOON } from './testing-bench.ts';
import { alignThrottle } from './throttle.ts';

onBothBackends((bench) => {
  const run = (): Promise<void> => reconcile(bench.store, bench.queues, bench.campaign.id);

  it('gives every pending trial a job, sets the cap, and marks the campaign running', async () => {
    await run();
    await bench.countsBecome({ waiting: 6 });
    expect((await bench.store.getCampaign(bench.campaign.id))?.status).toBe('running');
    expect(await bench.queues.boardQueue(bench.campaign.id).getGlobalConcurrency()).toBe(2);
    expect(await bench.waiting()).toEqual(bench.trials.map((trial) => trial.key));
  });

  it('adds nothing when repeated, by several at once', async () => {
    await Promise.all([run(), run(), run()]);
    await run();
    await bench.countsBecome({ waiting: 6, active: 0, delayed: 0 });
  });

  it('completes an enqueue that died half way', async () => {
    await bench.add(0, 1);
    await run();
    await bench.countsBecome({ waiting: 6 });
  });

  it('builds the queue again after everything was lost, without the trials that run', async () => {
    await run();
    await bench.store.claim({ trialId: bench.idOf(2), workerId: 'w', place: 'p', reopenFailed: false });
    await bench.loseEverything();
    await bench.countsBecome({ waiting: 0 });
    await run();
    await bench.countsBecome({ waiting: 5 });
    expect(await bench.queues.boardQueue(bench.campaign.id).getGlobalConcurrency()).toBe(2);
    expect(await bench.waiting()).toEqual(
      bench.trials.filter((_trial, index) => index !== 2).map((trial) => trial.key),
    );
  });

  it('delivers a lost trial again at once, held by a dead worker or forgotten, and frees the slots that such a one holds', async () => {
    await bench.newCampaign(6, 3);
    await run();
    const child = await bench.startConsumer(3);
    await bench.countsBecome({ waiting: 3, active: 3 });
    // Of its three the worker has claimed two; one of them it has died of, and another worker beats for the other.
    const campaignId = bench.campaign.id;
    for (const trialId of [bench.idOf(0), bench.idOf(1)])
      await bench.store.claim({ trialId, workerId: 'w', place: 'p', reopenFailed: false });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await bench.store.loseExecution({ trialId: bench.idOf(0), execution: 1 }, 0, 'its worker died');
    await redeliver(bench.store, bench.queues, campaignId, [bench.idOf(0)]);
    // Their locks last for ten seconds yet.
    expect(await bench.queues.counts(campaignId)).toMatchObject({ waiting: 5, active: 1 });
    expect(await bench.queues.heldJobs(campaignId)).toEqual([{ trialId: bench.idOf(1), generation: 0 }]);
    let isByPerson: boolean | undefined;
    const consumer = bench.consume((job) => {
      if (job.trialId === bench.idOf(0)) isByPerson = job.retriedByPerson;
      return { kind: 'done' };
    });
    consumer.setConcurrency(2);
    await bench.countsBecome({ completed: 5, waiting: 0, active: 1 }, 5_000);
    expect(isByPerson).toBe(false);
    consumer.setConcurrency(0);

    await bench.loseEverything();
    await redeliver(bench.store, bench.queues, campaignId, [bench.idOf(0), bench.idOf(1)]);
    await redeliver(bench.store, bench.queues, campaignId, [bench.idOf(0)]);
    expect(await bench.waiting()).toEqual([bench.trials[0]?.key]);
  });

  it('replaces the finished job of a pending trial', async () => {
    await run();
    let retriedByPerson = false;
    const consumer = bench.consume((job) => {
      retriedByPerson ||= job.retriedByPerson;
      return job.trialId === bench.idOf(0) ? { kind: 'failed', reason: 'wrongly' } : { kind: 'done' };
    });
    consumer.setConcurrency(3);
    await bench.countsBecome({ completed: 5, failed: 1 });
    consumer.setConcurrency(0);
    await run();
    await bench.countsBecome({ waiting: 6, completed: 0, failed: 0 });
    consumer.setConcurrency(3);
    await bench.countsBecome({ completed: 5, failed: 1 });
    expect(retriedByPerson).toBe(false);
  });

  it('delivers a retried trial again, though its old job stands as failed, and no other', async () => {
    await bench.store.query(`update campaigns set attempts = 1`);
    await run();
    const taken: string[] = [];
    const consumer = bench.consume(async ({ trialId }) => {
      const claim = await bench.store.claim({ trialId, workerId: 'w', place: 'p', reopenFailed: false });
      if (claim.kind !== 'claimed') return { kind: 'done' };
      const ref = { trialId, execution: claim.execution };
      taken.push(`${claim.trial.key} execution ${claim.execution}`);
      const fails = trialId === bench.idOf(4) && claim.execution === 1;
      if (fails) await bench.store.endExecution(ref, { end: 'error', error: 'broke', record: null });
      else
        await bench.store.endExecution(ref, { end: 'result', outcome: 'resolved', record: sampleRecord() });
      await bench.store.restSlot(ref, 0);
      return fails ? { kind: 'failed', reason: 'broke' } : { kind: 'done' };
    });
    consumer.setConcurrency(1);
    await bench.countsBecome({ completed: 5, failed: 1 });
    taken.length = 0;
    expect(await bench.store.retryTrials(bench.campaign.id)).toBe(1);
    await run();
    await bench.countsBecome({ completed: 6, failed: 1, waiting: 0 });
    expect(taken).toEqual(['postgres/latency#4 execution 2']);
    expect(await bench.store.progress(bench.campaign.id)).toMatchObject({ completed: 6 });
    expect((await bench.store.getCampaign(bench.campaign.id))?.status).toBe('finished');
  });

  it('drops the waiting jobs of a cancelled campaign', async () => {
    await run();
    const consumer = bench.consume((job) =>
      job.trialId === bench.idOf(0) ? { kind: 'later', delayMs: 60_000 } : { kind: 'give_back' },
    );
    consumer.setConcurrency(1);
    await bench.countsBecome({ delayed: 1 });
    await consumer.close(2_000);
    await bench.store.cancelCampaign(bench.campaign.id);
    await run();
    await bench.countsBecome({ waiting: 0, delayed: 0, active: 0 });
  });

  it('pauses and resumes the queue with its campaign, and loses no job on the way', async () => {
    const { id } = bench.campaign;
    await run();
    let taken = 0;
    const consumer = bench.consume(() => {
      taken += 1;
      return { kind: 'done' };
    });
    await bench.store.pauseCampaign(id, { by: 'rob', abortRunning: false });
    await run();
    consumer.setConcurrency(3);
    await bench.countsBecome({ waiting: 6 });
    // What a worker of another queue can do meanwhile, this one does not.
    const other = await bench.store.createCampaign(sampleCampaign(), sampleTrials(1));
    await reconcile(bench.store, bench.queues, other.id);
    const free = bench.queues.consume(
      other.id,
      async () => ({ kind: 'done' }),
      () => {},
    );
    onTestFinished(() => free.close(2_000));
    free.setConcurrency(1);
    await expect.poll(() => bench.queues.counts(other.id), SOON).toMatchObject({ completed: 1 });
    expect(taken).toBe(0);
    await bench.store.resumeCampaign(id);
    await run();
    await bench.countsBecome({ waiting: 0, completed: 6 });
  });

  it('puts right whatever holds the queue back, and says what it was', async () => {
    const { id } = bench.campaign;
    const align = async (): Promise<string[]> => {
      const campaign = await bench.store.getCampaign(id);
      return campaign === undefined ? [] : alignThrottle(bench.queues, campaign);
    };
    await run();
    expect(await align()).toEqual([]);
    const queue = bench.queues.boardQueue(id);
    await queue.pause();
    await queue.setGlobalConcurrency(7);
    await queue.setGlobalRateLimit(1, 60_000);
    expect(await align()).toEqual(['its cap was 7', 'it had a rate limit', 'it was paused']);
    await bench.store.pauseCampaign(id, { by: 'rob', abortRunning: false });
    await queue.removeGlobalConcurrency();
    expect(await align()).toEqual(['it was not paused', 'its cap was gone']);
    expect(await bench.queues.throttle(id)).toEqual({ parallel: 2, paused: true, rateLimited: false });
  });

  it('copes with more trials than fit in one page', async () => {
    await bench.newCampaign(2_500, 3);
    await run();
    await run();
    await bench.countsBecome({ waiting: 2_500 });
  });
});
