import { createRandom } from '@ordeal/core';
import type { Campaign, Trial, TrialEvent } from '@ordeal/store';
import { recordedTrial } from '../reports/recorded-trials.ts';
import { sampleRecord, sampleTrial } from '../reports/testing-trials.ts';
import { type ReportData, readReportData } from './report-data.ts';

const CELLS = ['postgres/node_kill', 'postgres/latency'];
const ARMS = ['none', 'my-operator', 'slow'];

/** A recorded campaign in memory: two cells, three arms, a baseline, and everything that can be found. */
export async function sampleReportData(given: Partial<Campaign> = {}): Promise<ReportData> {
  const random = createRandom('sample report');
  const trials = CELLS.flatMap((cell, nth) =>
    ARMS.flatMap((arm, speed) =>
      Array.from({ length: 12 }, (_, trialIndex) =>
        drawTrial(cell, arm, trialIndex, (6_000 - nth * 2_000) / (speed + 1), random()),
      ),
    ),
  );
  trials.push(
    sampleTrial({
      key: 'postgres/none#0',
      cell: 'postgres/none',
      baseline: true,
      outcome: 'false_alarm',
      record: sampleRecord({ resolvedMs: null, appliedMs: null, goneMs: null, undoneMs: null }),
    }),
  );
  const campaign = {
    id: '12',
    name: 'nightly <script>alert(1)</script>',
    status: 'finished',
    seed: 42,
    source: 'name: nightly # <b>\n',
    createdAt: new Date(0),
    finishedAt: new Date(3_600_000),
    config: { name: 'nightly', parallel: 2, arms: ARMS, seed: 42 },
    ...given,
  } as unknown as Campaign;
  const store = {
    findTrial: async (_id: string, key: string) => trials.find((trial) => trial.key === key),
    listEvents: async (trialId: string) => sampleEvents(trialId),
  };
  return readReportData(store, campaign, trials.map(recordedTrial));
}

function drawTrial(cell: string, arm: string, trialIndex: number, meanMs: number, draw: number): Trial {
  const ms = 800 - Math.log(1 - draw) * meanMs;
  const timedOut = ms > 20_000 || (arm === 'none' && trialIndex === 3);
  const operator = {
    operator: arm,
    detectedMs: 600,
    claimedResolvedMs: timedOut ? null : ms + 300,
    acts: [
      {
        atMs: 700,
        command: 'restart n1 <now>',
        node: 'n1',
        repairs: true,
        exitCode: 0,
        by: 'handle' as const,
      },
    ],
    claim: timedOut ? ('unclaimed' as const) : ('true_resolve' as const),
    mendedBy: timedOut ? null : ('operator' as const),
    actsOnHealthyNodes: 0,
    nodesStopped: 0,
    notes: [],
  };
  const load = { operations: 1_000, ok: 990, p50Ms: 1, p95Ms: 2, p99Ms: 4 };
  return sampleTrial({
    id: `${cell}@${arm}#${trialIndex}`,
    key: `${cell}@${arm}#${trialIndex}`,
    cell: `${cell}@${arm}`,
    arm,
    trialIndex,
    timing: { ...sampleTrial().timing, timeoutSeconds: 30 },
    outcome: timedOut ? 'unresolved' : 'resolved',
    record: sampleRecord({
      brokeMs: 400,
      resolvedMs: timedOut ? null : ms,
      observedMs: timedOut ? 30_000 : ms + 3_000,
      undoneMs: timedOut ? 30_100 : ms + 3_100,
      goneMs: timedOut ? 30_200 : ms + 3_200,
      degradedMs: 200,
      wholeAgainMs: timedOut ? 34_000 : ms + 4_000,
      availability: {
        before: load,
        under: { ...load, ok: 700, p99Ms: 800 },
        after: load,
        longestOutageMs: 1_500,
      },
      writes: {
        acknowledged: 400,
        lost: arm === 'slow' && trialIndex === 5 ? 2 : 0,
        examples: [],
        unchecked: null,
      },
      ...(arm === 'none' ? {} : { operator }),
    }),
  });
}

function sampleEvents(trialId: string): TrialEvent[] {
  return ['applied', 'active', 'impaired'].map((kind, index) => ({
    trialId,
    execution: 1,
    sinceZeroMs: index * 200,
    at: new Date(0),
    kind,
    data: { node: 'n1', detail: '<img src=x onerror=alert(1)>' },
  }));
}
