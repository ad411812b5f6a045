import type { CampaignActivity, LiveExecution, LostExecution, LostInjection } from '@ordeal/store';
import { sampleCampaign } from '@ordeal/store/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lossStory } from './loss-story.ts';
import type { CampaignStatusReport } from './status-report.ts';
import { statusText } from './status-text.ts';
import { whyItWaits } from './waiting.ts';
import type { WorkerStatusReport } from './worker-status.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: at(12, 30, 0) });
});
afterEach(() => {
  vi.useRealTimers();
});

function at(hours: number, minutes: number, seconds: number): Date {
  return new Date(2026, 0, 5, hours, minutes, seconds);
}

const LIVE: LiveExecution = {
  trialId: '7',
  execution: 2,
  key: 'postgres/latency#0',
  baseline: false,
  workerId: 'w-5',
  place: 'm/b/h',
  phase: 'under_fault',
  phaseMs: 4_000,
  startedAt: at(12, 3, 20),
  lastBeatAt: at(12, 29, 59),
  silentMs: 1_000,
};

const INJECTION: LostInjection = {
  type: 'latency',
  state: 'gone',
  evidence: { gone: { undone_by: 'guard', undone_at: at(12, 3, 9).toISOString() } },
  verifiedAt: at(12, 3, 25).toISOString(),
};

const LOST: LostExecution = {
  trialId: '7',
  execution: 1,
  key: 'postgres/latency#0',
  workerId: 'w-3',
  place: 'm/b/h',
  error: 'worker w-3 silent for 15 s',
  lastBeatAt: at(12, 3, 7),
  endedAt: at(12, 3, 22),
  trialStatus: 'running',
  trialOutcome: null,
  newestExecution: 2,
  newestWorkerId: 'w-5',
  injections: [INJECTION],
};

const WORKER: WorkerStatusReport = {
  id: 'w-5',
  place: 'm/b/h',
  pid: 1,
  capabilities: ['postgres/process/latency'],
  cannot: {},
  slots: 10,
  live: 1,
  resting: 0,
  startedAt: at(12, 0, 0),
  lastBeatAt: at(12, 29, 59),
  silentMs: 1_000,
};

interface Scene {
  readonly status?: CampaignStatusReport['campaign']['status'];
  readonly counts?: Partial<CampaignStatusReport['progress']>;
  readonly activity?: Partial<CampaignActivity>;
  readonly workers?: readonly WorkerStatusReport[];
}

function reportOf({
  status = 'running',
  counts = {},
  activity = {},
  workers = [WORKER],
}: Scene): CampaignStatusReport {
  const campaign: CampaignStatusReport['campaign'] = {
    ...sampleCampaign({ parallel: 3 }),
    id: '3',
    status,
    trialCount: 10,
    createdAt: at(12, 0, 0),
    finishedAt: null,
    pausedAt: status === 'paused' ? at(12, 10, 0) : null,
    pausedBy: status === 'paused' ? 'rob@host' : null,
    needs: ['postgres/process/latency'],
  };
  const progress = { total: 10, pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0, ...counts };
  const whole = { live: [], resting: [], lost: [], backoff: { count: 0, next: [] }, ...activity };
  const waiting = whyItWaits({ campaign, progress, activity: whole, workers });
  return { campaign, progress, activity: whole, waiting };
}

function linesOf(scene: Scene): string[] {
  return statusText({ campaigns: [reportOf(scene)], workers: scene.workers ?? [WORKER] }).split('\n');
}

describe('a lost execution, to whoever is on call', () => {
  it.each<{ part: Partial<LostExecution>; story: string }>([
    {
      part: {},
      story:
        'execution 1 lost: worker w-3 silent since 12:03:07; its guard undid the fault at 12:03:09; running again on w-5',
    },
    {
      part: {
        error: 'the guard exited (SIGKILL)',
        lastBeatAt: at(12, 3, 20),
        injections: [
          {
            ...INJECTION,
            evidence: { gone: { undone_by: 'successor', undone_at: at(12, 3, 23).toISOString() } },
          },
        ],
        trialStatus: 'completed',
        trialOutcome: 'resolved',
      },
      story:
        'execution 1 lost: the guard exited (SIGKILL) (on w-3 at 12:03:22); the next guard removed its instance, fault and all, at 12:03:23; completed by execution 2: resolved',
    },
    {
      part: { injections: [], trialStatus: 'pending', newestExecution: null, newestWorkerId: null },
      story: 'execution 1 lost: worker w-3 silent since 12:03:07; no fault was on; waits to run again',
    },
  ])('$story', ({ part, story }) => {
    expect(lossStory({ ...LOST, ...part })).toBe(story);
  });

  it('is not told of an undo that nobody has seen', () => {
    const open: LostInjection = { ...INJECTION, state: 'active', evidence: {} };
    expect(lossStory({ ...LOST, injections: [open] })).toContain('no word yet that its fault is undone');
  });
});

describe('the report', () => {
  it('has a line for each thing that goes on', () => {
    const scene: Scene = {
      counts: { running: 1, pending: 4, completed: 5 },
      activity: {
        live: [LIVE, { ...LIVE, key: 'postgres/none#0', execution: 1, baseline: true, silentMs: 9_000 }],
        resting: [
          { key: 'postgres/latency#3', workerId: 'w-5', removing: false, freeInMs: 12_000 },
          { key: 'postgres/latency#4', workerId: 'w-5', removing: true, freeInMs: 30_000 },
        ],
        lost: [LOST],
        backoff: {
          count: 22,
          next: [{ key: 'postgres/latency#9', failures: 2, againInMs: 4_000, error: 'never steady' }],
        },
      },
      workers: [WORKER, { ...WORKER, id: 'w-3', silentMs: 60_000, lastBeatAt: at(12, 29, 0) }],
    };
    expect(linesOf(scene)).toEqual([
      'Campaign 3: sample (running), 10 trials: 5 completed, 1 running, 4 pending',
      '  running  postgres/latency#0 (execution 2) on w-5: under the fault for 4 s',
      '  running  postgres/none#0 (execution 1) on w-5: watched without a fault for 4 s; w-5 silent for 9 s',
      '  resting  a slot of w-5 after postgres/latency#3, free in 12 s',
      '  resting  a slot of w-5: the instance of postgres/latency#4 is being removed',
      `  lost     postgres/latency#0: ${lossStory(LOST)}`,
      '  backoff  postgres/latency#9: 2 failures, tries again in 4 s (never steady)',
      '           and 21 more wait so',
      '  waiting  4 pending: 2 of 3 slots in use, 2 resting, free in 12 s',
      '',
      'Workers',
      '  w-5 at m/b/h: 1 of 10 slots in use, last beat 12:29:59, 1 s ago',
      '  w-3 at m/b/h: 1 of 10 slots in use, silent since 12:29:00',
    ]);
  });

  it('tells below one another what each worker lacks', () => {
    const unable = {
      ...WORKER,
      capabilities: [],
      cannot: { 'postgres/process/latency': 'no Postgres here' },
    };
    const lines = linesOf({ counts: { pending: 2 }, workers: [unable, { ...unable, id: 'w-6' }] });
    expect(lines.slice(1, 4)).toEqual([
      '  waiting  2 pending: no live worker can run campaign 3: it waits, and holds up nobody else',
      '             worker w-5 cannot run postgres/process/latency (no Postgres here)',
      '             worker w-6 cannot run postgres/process/latency (no Postgres here)',
    ]);
  });

  it('says so when there is nothing', () => {
    expect(statusText({ campaigns: [], workers: [] })).toBe(
      'No campaign is open.\n\nWorkers\n  none: start one with pnpm worker',
    );
  });
});

describe('what pending trials wait for', () => {
  const waits = (scene: Scene): string[] =>
    reportOf({ counts: { pending: 4 }, ...scene }).waiting.map(({ reason, text }) => `${reason}: ${text}`);
  const three = [LIVE, LIVE, LIVE];

  it.each<{ scene: Scene; reasons: (string | RegExp)[] }>([
    { scene: { activity: { live: three } }, reasons: ['cap: 3 of 3 slots in use'] },
    { scene: {}, reasons: ['starting: a worker takes them within seconds'] },
    {
      scene: { workers: [{ ...WORKER, live: 9, resting: 1 }] },
      reasons: ['workers_full: all 10 slots of the workers that can run it are in use'],
    },
    {
      scene: { workers: [{ ...WORKER, silentMs: 30_000 }] },
      reasons: [/^no_worker: no worker is live that could run campaign 3/],
    },
    {
      scene: {
        activity: {
          backoff: { count: 4, next: [{ key: 'k', failures: 1, againInMs: 90_000, error: null }] },
        },
      },
      reasons: ['backoff: all have failed before, and the next one tries again in 90 s'],
    },
    {
      scene: { status: 'paused', activity: { live: [LIVE] } },
      reasons: [
        'paused: paused by rob@host at 12:10:00; what runs goes on to its end. Go on with: pnpm ordeal resume 3',
      ],
    },
    { scene: { status: 'pending' }, reasons: ['enqueueing: its queue is still being filled'] },
    { scene: { counts: { pending: 0, running: 3 } }, reasons: [] },
  ])('$reasons', ({ scene, reasons }) => {
    expect(waits(scene)).toEqual(
      reasons.map((reason) => (typeof reason === 'string' ? reason : expect.stringMatching(reason))),
    );
  });
});
