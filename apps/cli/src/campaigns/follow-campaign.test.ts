import { OrdealError, type TrialStatus } from '@ordeal/core';
import type { Campaign, Trial, WorkerRow } from '@ordeal/store';
import { describe, expect, it } from 'vitest';
import { sampleTrial } from '../reports/testing-trials.ts';
import { type FollowedStore, followCampaign, type Look, type Pace } from './follow-campaign.ts';

const PACE: Pace = { lookEveryMs: 1, workerGraceMs: 30, runningGraceMs: 150, outageMs: 100 };

const NEEDS = 'postgres/process/node_kill';

/** A double of the store: one campaign in memory, whose story goes on by a step before each look. */
class StoreDouble implements FollowedStore {
  status: Campaign['status'] = 'running';
  trials: Trial[] = [sampleTrial({ status: 'pending', outcome: null, execution: 0 })];
  workers: Pick<WorkerRow, 'capabilities' | 'cannot'>[] = [];
  counted = 0;
  private readonly story: (() => void)[];

  constructor(...story: (() => void)[]) {
    this.story = story;
  }

  set(status: TrialStatus, execution: number): void {
    const outcome = status === 'completed' ? 'resolved' : null;
    this.trials = [sampleTrial({ status, execution, outcome, error: status === 'failed' ? 'broken' : null })];
  }
  async getCampaign(id: string): Promise<Campaign> {
    this.story.shift()?.();
    return { id, status: this.status, trialCount: this.trials.length, needs: [NEEDS] } as unknown as Campaign;
  }
  async progress() {
    this.counted += 1;
    const counts = { total: 0, pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    for (const { status } of this.trials) {
      counts.total += 1;
      counts[status] += 1;
    }
    return counts;
  }
  async listTrials(_id: string, options?: { statuses?: readonly string[] }): Promise<Trial[]> {
    return this.trials.filter((trial) => options?.statuses?.includes(trial.status) ?? true);
  }
  async getTrial(id: string): Promise<Trial | undefined> {
    return this.trials.find((trial) => trial.id === id);
  }
  async liveWorkers(): Promise<WorkerRow[]> {
    return this.workers as WorkerRow[];
  }
}

async function follow(store: StoreDouble, onLook?: (look: Look) => void) {
  const lines: string[] = [];
  const startedMs = performance.now();
  const end = await followCampaign(store, '7', {
    say: (line) => lines.push(line),
    needsWorker: true,
    onLook,
    pace: PACE,
  }).catch((error: unknown) => error as OrdealError);
  const ended = end instanceof Error ? { error: end } : end;
  return { lines, tookMs: performance.now() - startedMs, ...ended };
}

const AWAY = (): never => {
  throw new OrdealError('POSTGRES_UNAVAILABLE', 'cannot use Postgres');
};

describe('following a campaign', () => {
  it('tells of each execution, and counts the trials only once the end was seen', async () => {
    const store: StoreDouble = new StoreDouble(
      () => store.set('running', 1),
      () => store.set('pending', 1),
      () => store.set('running', 2),
      () => {
        store.set('failed', 2);
        store.status = 'finished';
      },
    );
    const { lines, ...end } = await follow(store);
    expect(lines.join('\n')).toMatch(/#0 \.\.\.\n.*execution 1 ended without.*\n.* \.\.\.\n.*failed: broken/);
    expect(end).toMatchObject({ progress: { total: 1, failed: 1 }, campaign: { status: 'finished' } });
    expect(store.counted).toBe(1);
  });

  it('shows what runs to who looks, and then only the ends stay as lines', async () => {
    const store: StoreDouble = new StoreDouble(
      () => store.set('running', 1),
      () => {
        store.set('completed', 1);
        store.status = 'finished';
      },
    );
    const looks: string[] = [];
    const { lines } = await follow(store, ({ running, progress }) => {
      looks.push(`${running.length} run, ${progress.completed} of ${progress.total} done`);
    });
    expect(looks.at(0)).toBe('1 run, 0 of 1 done');
    expect(lines).toEqual([expect.stringMatching(/resolved/)]);
  });

  it('gives up after a short grace when nothing runs and nobody can run it', async () => {
    const store = new StoreDouble();
    store.workers = [{ capabilities: ['etcd/process/none'], cannot: {} }];
    const { tookMs, ...end } = await follow(store);
    expect(end).toMatchObject({ error: { code: 'NO_WORKER' } });
    expect(tookMs).toBeGreaterThanOrEqual(PACE.workerGraceMs);
  });

  it('takes the running trial of a dead worker for a worker no longer than the long grace', async () => {
    const store = new StoreDouble();
    store.set('running', 1);
    const { tookMs, ...end } = await follow(store);
    expect(end).toMatchObject({ error: { code: 'NO_WORKER' } });
    expect(tookMs).toBeGreaterThanOrEqual(PACE.runningGraceMs);
  });

  it('ends with a cancelled campaign, though a dead worker has left a trial running', async () => {
    const store = new StoreDouble();
    store.set('running', 1);
    store.status = 'cancelled';
    const { tookMs, ...end } = await follow(store);
    expect(end).toMatchObject({ campaign: { status: 'cancelled' }, progress: { running: 1 } });
    expect(tookMs).toBeGreaterThanOrEqual(PACE.runningGraceMs);
  });

  it('waits for the running trials of a cancelled campaign while a worker lives', async () => {
    const store: StoreDouble = new StoreDouble(
      () => store.set('running', 1),
      () => {},
      () => store.set('cancelled', 1),
    );
    store.status = 'cancelled';
    store.workers = [{ capabilities: [NEEDS], cannot: {} }];
    expect(await follow(store)).toMatchObject({ progress: { running: 0, cancelled: 1 } });
  });

  it('tells of a pause and of its end, and waits for no worker meanwhile', async () => {
    const looks = Math.ceil(PACE.workerGraceMs * 2);
    const store: StoreDouble = new StoreDouble(
      () => {
        store.status = 'paused';
      },
      ...Array.from({ length: looks }, () => () => {}),
      () => {
        store.status = 'running';
      },
      () => {
        store.set('completed', 1);
        store.status = 'finished';
      },
    );
    const { lines, ...end } = await follow(store);
    expect(end).toMatchObject({ progress: { completed: 1 } });
    expect(lines).toEqual([expect.stringMatching(/^Campaign 7 is paused by/), 'Campaign 7 goes on.']);
  });

  it('outlives an outage, saying so once, and loses no line to it', async () => {
    const store: StoreDouble = new StoreDouble(
      () => store.set('running', 1),
      AWAY,
      AWAY,
      AWAY,
      () => {
        store.set('completed', 1);
        store.status = 'finished';
      },
    );
    const { lines, ...end } = await follow(store);
    expect(end).toMatchObject({ progress: { completed: 1 } });
    expect(lines.filter((line) => line.includes('cannot use Postgres'))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/resolved/);
  });

  it('does not wait for Postgres for ever', async () => {
    const store = new StoreDouble(...Array.from({ length: 10_000 }, () => AWAY));
    const { tookMs, ...end } = await follow(store);
    expect(end).toMatchObject({ error: { code: 'POSTGRES_UNAVAILABLE' } });
    expect(tookMs).toBeGreaterThanOrEqual(PACE.outageMs);
  });
});
