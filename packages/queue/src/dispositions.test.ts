import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, monotonicMs } from '@ordeal/core';
import { expect, it } from 'vitest';
import { onBothBackends, SOON } from './testing-bench.ts';

const HOUR_MS = 3_600_000;

onBothBackends((bench) => {
  it('disposes of jobs as the handler says: done and failed', async () => {
    const signals: boolean[] = [];
    const consumer = bench.consume((job, signal) => {
      signals.push(signal.aborted);
      return job.trialId === bench.idOf(0) ? { kind: 'done' } : { kind: 'failed', reason: 'never steady' };
    });
    consumer.setConcurrency(2);
    await bench.add(0, 1);
    await bench.countsBecome({ waiting: 0, active: 0, completed: 1, failed: 1 });
    expect(signals).toEqual([false, false]);
    const failed = await bench.failedJob();
    expect(failed).toMatchObject({
      name: 'postgres/latency#1',
      failedReason: 'never steady',
      data: { trialId: bench.idOf(1), generation: 0 },
    });
  });

  it('brings back what is put off until later, after about its delay', async () => {
    const at: number[] = [];
    const consumer = bench.consume((job) => {
      at.push(monotonicMs());
      expect(job.retriedByPerson).toBe(false);
      return at.length < 4 ? { kind: 'later', delayMs: 500 } : { kind: 'done' };
    });
    consumer.setConcurrency(1);
    await bench.add(0);
    await bench.countsBecome({ completed: 1, delayed: 0 });
    const gaps = at.slice(1).map((instant, index) => instant - (at[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(450);
    expect(Math.max(...gaps)).toBeLessThan(4_000);
  });

  it('runs others while one is put off, even when the cap is reached', async () => {
    await bench.queues.setParallel(bench.campaign.id, 1);
    let refusals = 0;
    const consumer = bench.consume((job) => {
      if (job.trialId !== bench.idOf(0) || refusals === 3) return { kind: 'done' };
      refusals += 1;
      return { kind: 'later', delayMs: 300 };
    });
    consumer.setConcurrency(1);
    await bench.add(0, 1, 2, 3);
    await bench.countsBecome({ completed: 4 }, 10_000);
  });

  it('loses nothing when the handler throws: the job comes again, and the error is told', async () => {
    const problems: Error[] = [];
    let calls = 0;
    const consumer = bench.consume(
      () => {
        calls += 1;
        if (calls === 1) throw new Error('a bug');
        return { kind: 'done' };
      },
      { problems },
    );
    consumer.setConcurrency(1);
    await bench.add(0);
    await bench.countsBecome({ completed: 1, failed: 0 });
    expect(problems.map(describeError)).toEqual([
      'The job of postgres/latency#0 comes again: its handler failed: a bug',
    ]);
  });

  it('survives the loss of a job in hand: says so, and goes on with others', async () => {
    const problems: Error[] = [];
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const consumer = bench.consume(
      async (job) => {
        if (job.trialId === bench.idOf(1)) return { kind: 'done' };
        await gate;
        return { kind: 'later', delayMs: 100 };
      },
      { problems },
    );
    consumer.setConcurrency(2);
    await bench.add(0);
    await expect.poll(() => consumer.held, SOON).toBe(1);
    await bench.loseEverything();
    open();
    await expect.poll(() => consumer.held, SOON).toBe(0);
    expect(problems.map(describeError)).toEqual([
      expect.stringContaining('postgres/latency#0 could not be put back'),
    ]);
    await bench.add(1);
    await bench.countsBecome({ completed: 1, failed: 0, delayed: 0 });
  });

  it('hands what is given back to another worker at once, unspent', async () => {
    await bench.queues.setParallel(bench.campaign.id, 1);
    let givenBackAt = 0;
    let takenAt = 0;
    const leaving = bench.consume(async () => {
      other.setConcurrency(1);
      await delay(700); // until the other one is idle
      leaving.setConcurrency(0);
      givenBackAt = monotonicMs();
      return { kind: 'give_back' };
    });
    const other = bench.consume((job) => {
      takenAt = monotonicMs();
      expect(job.retriedByPerson).toBe(false);
      return { kind: 'done' };
    });
    leaving.setConcurrency(1);
    await bench.add(0);
    await bench.countsBecome({ completed: 1 });
    expect(takenAt - givenBackAt).toBeLessThan(2_000);
  });

  it('tells a retry by a person, also after the job was put off', async () => {
    const taken: boolean[] = [];
    const consumer = bench.consume((job) => {
      taken.push(job.retriedByPerson);
      if (taken.length === 2) return { kind: 'later', delayMs: 100 };
      return taken.length === 1 ? { kind: 'failed', reason: 'once' } : { kind: 'done' };
    });
    consumer.setConcurrency(1);
    await bench.add(0);
    await bench.countsBecome({ failed: 1 });
    const failed = await bench.failedJob();
    await failed?.retry();
    await bench.countsBecome({ completed: 1, failed: 0 });
    expect(taken).toEqual([false, true, true]);
  });

  it('brings back at once what was put off before the clock was set back', async () => {
    let taken = 0;
    const consumer = bench.consume(() => {
      taken += 1;
      return taken === 1 ? { kind: 'later', delayMs: 24 * HOUR_MS } : { kind: 'done' };
    });
    consumer.setConcurrency(1);
    await bench.add(0);
    await bench.countsBecome({ delayed: 1 });
    // Not even a day is too far ahead: it is looked at again within a minute.
    expect(await bench.queues.cutDownTimesAhead(bench.campaign.id)).toBe(0);
    await bench.setClockBack(HOUR_MS);
    expect(await bench.queues.cutDownTimesAhead(bench.campaign.id)).toBeGreaterThan(0);
    await bench.countsBecome({ completed: 1 });
  });

  it('gives a dead worker’s job to another one, and knows that no person did', async () => {
    await bench.add(0);
    const child = await bench.startConsumer(1);
    const [taken] = await once(createInterface(child.stdout), 'line');
    expect(taken).toBe(bench.idOf(0));
    child.kill('SIGKILL');
    const killedAt = monotonicMs();
    // The job is locked for an hour, and nobody looks for such jobs that long.
    await bench.setClockBack(HOUR_MS);
    expect(await bench.queues.cutDownTimesAhead(bench.campaign.id)).toBeGreaterThan(0);
    expect(await bench.queues.cutDownTimesAhead(bench.campaign.id)).toBe(0);
    let takenAt = 0;
    const consumer = bench.consume((job) => {
      takenAt = monotonicMs();
      return { kind: 'failed', reason: String(job.retriedByPerson) };
    });
    consumer.setConcurrency(1);
    await bench.countsBecome({ failed: 1 }, 25_000);
    expect(takenAt - killedAt).toBeLessThan(20_000);
    const failed = await bench.failedJob();
    expect(failed?.failedReason).toBe('false');
    // The stall of before does not hide the person who now presses retry.
    await failed?.retry();
    await expect.poll(async () => (await bench.failedJob())?.failedReason, SOON).toBe('true');
  }, 40_000);
});
