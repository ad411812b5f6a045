import { setTimeout as delay } from 'node:timers/promises';
import { type Disposition, openQueues, reconcile, type TakenJob } from '@ordeal/queue';
import { onBothBackends, type QueueBench } from '@ordeal/queue/testing-bench';
import type { Campaign } from '@ordeal/store';
import { sampleCampaign, sampleRecord, sampleTrials } from '@ordeal/store/testing';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { startCampaignDesk } from './campaign-desk.ts';
import { refusalOf } from './run-job.ts';

const WORKERS = 3;
const SLOTS_EACH = 2;
const ALL_SLOTS = WORKERS * SLOTS_EACH;
/** Much longer than what it takes to claim and to end one, so that slots in use are seen in use together. */
const TRIAL_MS = 150;
/** Of the desk; a slot goes to whoever needs it within two. */
const POLL_MS = 2_000;
/** Several polls, on a machine that is busy with other tests; the big campaign alone takes minutes. */
const SOON = { timeout: 10 * POLL_MS, interval: 20 };

onBothBackends((bench) => {
  it('10,000 trials do not starve 10, no cap is passed, and nobody keeps slots that another could use', async () => {
    await bench.store.cancelCampaign(bench.campaign.id);
    const big = await enqueue(bench, 10_000, ALL_SLOTS);
    // Open, with jobs, and nothing to start: all of it waits for its backoff.
    const idle = await enqueue(bench, 20, ALL_SLOTS);
    await bench.store.query(
      `update trials set retry_at = now() + interval '100 seconds' where campaign_id = ${idle.id}`,
    );
    const use = new Running();
    for (let worker = 0; worker < WORKERS; worker += 1) await startDeskOf(bench, String(worker), use);
    await expect.poll(() => use.most(big.id), SOON).toBe(ALL_SLOTS);

    const [medium, small] = [await enqueue(bench, 60, 3), await enqueue(bench, 10, 2)];
    await finished(bench, small.id);
    await finished(bench, medium.id);
    // Neither waited for the big one.
    expect((await bench.store.progress(big.id)).pending).toBeGreaterThan(5_000);
    use.forget(big.id);
    await expect.poll(() => use.most(big.id), SOON).toBe(ALL_SLOTS);

    expect(use.most(medium.id)).toBe(3);
    expect(use.most(small.id)).toBeLessThanOrEqual(2);
    expect(use.most(idle.id)).toBe(0);
    for (let worker = 0; worker < WORKERS; worker += 1) expect(use.most(`worker ${worker}`)).toBe(SLOTS_EACH);
  }, 120_000);
});

/** How many trials run at once, by campaign and by worker. */
class Running {
  readonly #now = new Map<string, number>();
  readonly #most = new Map<string, number>();

  change(name: string, by: 1 | -1): void {
    this.#now.set(name, this.now(name) + by);
    this.#most.set(name, Math.max(this.most(name), this.now(name)));
  }
  now(name: string): number {
    return this.#now.get(name) ?? 0;
  }
  most(name: string): number {
    return this.#most.get(name) ?? 0;
  }
  /** The most from now on. */
  forget(name: string): void {
    this.#most.delete(name);
  }
}

async function enqueue(bench: QueueBench, trials: number, parallel: number): Promise<Campaign> {
  const campaign = await bench.store.createCampaign(
    sampleCampaign({ parallel, backoffSeconds: 100 }),
    sampleTrials(trials),
  );
  await reconcile(bench.store, bench.queues, campaign.id);
  return campaign;
}

/** A worker with everything but guard and instances: its own connections, its desk, and trials that take a moment. */
async function startDeskOf(bench: QueueBench, worker: string, use: Running): Promise<void> {
  const store = await bench.store.openAnother();
  const queues = await openQueues(bench.options);
  const desk = startCampaignDesk({
    store,
    queues,
    slots: SLOTS_EACH,
    capabilities: ['postgres/process/latency'],
    wanted: undefined,
    handler,
    onWaiting: () => {},
    log: pino({ level: 'silent' }),
  });
  const stopListening = await store.onCampaignChange(() => desk.now());
  onTestFinished(async () => {
    await stopListening();
    desk.takeNothing();
    await desk.closeAll(5_000);
    await desk.stop();
    await queues.close();
  });

  async function handler({ trialId }: TakenJob): Promise<Disposition> {
    const claim = await store.claim({ trialId, workerId: worker, place: 'here', reopenFailed: false });
    if (claim.kind !== 'claimed') return refusalOf(claim);
    const ref = { trialId, execution: claim.execution };
    use.change(claim.campaign.id, 1);
    use.change(`worker ${worker}`, 1);
    await delay(TRIAL_MS);
    use.change(claim.campaign.id, -1);
    use.change(`worker ${worker}`, -1);
    await store.endExecution(ref, { end: 'result', outcome: 'resolved', record: sampleRecord() });
    await store.restSlot(ref, 0);
    return { kind: 'done' };
  }
}

async function finished(bench: QueueBench, id: string): Promise<void> {
  await expect.poll(async () => (await bench.store.getCampaign(id))?.status, SOON).toBe('finished');
}
