import { expect, it } from 'vitest';
import { reconcile } from './reconcile.ts';
import { onBothBackends } from './testing-bench.ts';

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

  it('copes with more trials than fit in one page', async () => {
    await bench.newCampaign(2_500, 3);
    await run();
    await run();
    await bench.countsBecome({ waiting: 2_500 });
  });
});
