import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '@ordeal/core';
import { expect, it, onTestFinished } from 'vitest';
import { openQueues } from './open.ts';
import type { Disposition } from './queue.ts';
import { onBothBackends, SOON } from './testing-bench.ts';

onBothBackends((bench) => {
  it('keeps the cap over several workers, and uses all of it', async () => {
    await bench.queues.setParallel(bench.campaign.id, 2);
    const other = await openQueues(bench.options);
    onTestFinished(() => other.close());
    let running = 0;
    const seen: number[] = [];
    const handler = async (): Promise<Disposition> => {
      running += 1;
      seen.push(running);
      await delay(300);
      running -= 1;
      return { kind: 'done' };
    };
    const consumers = [
      bench.consume(handler),
      bench.consume(handler),
      bench.consume(handler, { from: other }),
    ];
    for (const consumer of consumers) consumer.setConcurrency(2);
    await bench.add(0, 1, 2, 3, 4, 5);
    await bench.countsBecome({ waiting: 0, active: 0, completed: 6 }, 10_000);
    expect(Math.max(...seen)).toBe(2);
    expect(seen).toHaveLength(6);
  });

  it('lets the cap be raised and lowered while jobs run', async () => {
    await bench.queues.setParallel(bench.campaign.id, 1);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const consumer = bench.consume(() => gate.then(() => ({ kind: 'done' })));
    consumer.setConcurrency(6);
    await bench.add(0, 1, 2, 3, 4, 5);
    await expect.poll(() => consumer.held, SOON).toBe(1);
    await bench.queues.setParallel(bench.campaign.id, 3);
    await expect.poll(() => consumer.held, SOON).toBe(3);
    await bench.queues.setParallel(bench.campaign.id, 1);
    expect(consumer.held).toBe(3);
    open();
    await bench.countsBecome({ completed: 6 });
  });

  it('takes nothing at concurrency 0, and more or less as it is set', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const consumer = bench.consume(() => gate.then(() => ({ kind: 'done' })));
    await bench.add(0, 1, 2, 3, 4, 5);
    await delay(300);
    expect(consumer.held).toBe(0);
    consumer.setConcurrency(1);
    await expect.poll(() => consumer.held, SOON).toBe(1);
    consumer.setConcurrency(3); // though its only job goes on
    await expect.poll(() => consumer.held, SOON).toBe(3);
    consumer.setConcurrency(1);
    expect(consumer.held).toBe(3);
    consumer.setConcurrency(0);
    open();
    await bench.countsBecome({ completed: 3, active: 0, waiting: 3 });
    await bench.add(0);
    await delay(300);
    expect(consumer.held).toBe(0);
    consumer.setConcurrency(2);
    await bench.countsBecome({ completed: 6 });
  });

  it('never takes more than its concurrency while that is moved up and down', async () => {
    await bench.newCampaign(200, 10);
    let limit = 0;
    let over = 0;
    const consumer = bench.consume(async () => {
      if (consumer.held > Math.max(limit, lowered)) over += 1;
      await delay(5);
      return { kind: 'done' };
    });
    let lowered = 0;
    await bench.add(...bench.trials.keys());
    for (const next of [3, 0, 1, 5, 0, 0, 2, 7, 1, 4, 0, 6, 10]) {
      lowered = consumer.held;
      limit = next;
      consumer.setConcurrency(next);
      await delay(20);
    }
    await bench.countsBecome({ completed: 200, failed: 0, active: 0 }, 10_000);
    expect(over).toBe(0);
  });

  it('closes at the deadline though a handler goes on, and tells that handler', async () => {
    let told: unknown;
    const consumer = bench.consume(
      (_job, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            told = signal.reason;
            resolve({ kind: 'give_back' });
          });
        }),
      { problems: [] },
    );
    consumer.setConcurrency(1);
    await bench.add(0);
    await expect.poll(() => consumer.held, SOON).toBe(1);
    const before = monotonicMs();
    await consumer.close(300);
    expect(monotonicMs() - before).toBeLessThan(4_000);
    expect(told).toBeDefined();
    await bench.countsBecome({ waiting: 1, active: 0 }, 15_000);
  });
});
