import type { OperatorRecord } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { sampleRecorded } from '../testing-trials.ts';
import { analyzeCells } from './analyze-cells.ts';
import { evidenceBalance } from './evidence.ts';

const unresolved = { outcome: 'unresolved', resolvedMs: null, observedMs: 30_300 } as const;

describe('the analysis of cells', () => {
  it('counts outcomes, and rates of what they are rates of', () => {
    const [cell] = analyzeCells([
      sampleRecorded(),
      sampleRecorded(unresolved),
      sampleRecorded({ outcome: 'unaffected', brokeMs: null, resolvedMs: null }),
      sampleRecorded({ status: 'failed', outcome: 'void', resolvedMs: null }),
      sampleRecorded({ status: 'pending', outcome: null, resolvedMs: null }),
    ]);
    expect(cell).toMatchObject({
      trials: 5,
      completed: 3,
      failed: 1,
      unfinished: 1,
      outcomes: { resolved: 1, unresolved: 1, unaffected: 1, void: 1 },
      resolved: { count: 1, of: 2 },
      unaffected: { count: 1, of: 3 },
    });
  });

  it('censors at the time-out, also what was watched longer, and counts it with all of it', () => {
    const [cell] = analyzeCells([sampleRecorded({ resolvedMs: 10_000 }), sampleRecorded(unresolved)]);
    expect(cell?.recovery).toMatchObject({
      count: 2,
      events: 1,
      censored: 1,
      median: { ms: 10_000 },
      restrictedMean: { tauMs: 30_000, ms: 20_000 },
    });
  });

  it('brackets what was seen in steps: by the sampling and the uncertainty of zero', () => {
    const [cell] = analyzeCells([sampleRecorded({ resolvedMs: 2_000, zeroUncertaintyMs: 150 })]);
    expect(cell?.recovery?.median.ms).toBe(2_000);
    expect(cell?.recovery?.earliest).toEqual({ medianMs: 1_600, restrictedMeanMs: 1_600 });
  });

  it('keeps arms apart, by the name of the cell they share, with one tau for all', () => {
    const cells = analyzeCells([
      sampleRecorded({ cell: 'postgres/node_kill@none' }),
      sampleRecorded({ cell: 'postgres/node_kill@mine', arm: 'mine', timeoutMs: 20_000 }),
    ]);
    expect(cells.map(({ cell, arm }) => [cell, arm])).toEqual([
      ['postgres/node_kill', 'none'],
      ['postgres/node_kill', 'mine'],
    ]);
    expect(cells.map(({ recovery }) => recovery?.restrictedMean.tauMs)).toEqual([20_000, 20_000]);
  });

  it('says of operator, load and writes what was recorded, and nothing where nothing was', () => {
    const operator: OperatorRecord = {
      operator: 'mine',
      detectedMs: 700,
      claimedResolvedMs: 1_900,
      acts: [
        { atMs: 900, command: 'restart n1', node: 'n1', repairs: true, exitCode: 0, by: 'handle' },
        { atMs: 950, command: 'restart n1', node: 'n1', repairs: true, exitCode: 0, by: 'handle' },
      ],
      claim: 'true_resolve',
      mendedBy: 'operator',
      actsOnHealthyNodes: 1,
      nodesStopped: 0,
      notes: [],
    };
    const figures = { operations: 100, ok: 80, p50Ms: 2, p95Ms: 5, p99Ms: 9 };
    const availability = { before: figures, under: figures, after: figures, longestOutageMs: 1_200 };
    const writes = { acknowledged: 50, lost: 2, examples: ['k1'], unchecked: null };
    const [silent] = analyzeCells([sampleRecorded()]);
    expect(silent).toMatchObject({ detection: null, availability: null, operator: null, writes: null });
    const [cell] = analyzeCells([
      sampleRecorded({ operator, availability, writes }),
      sampleRecorded({
        operator: { ...operator, detectedMs: null, acts: [], claim: 'undetected', mendedBy: 'system' },
        availability: { ...availability, longestOutageMs: 2_000, under: { ...figures, ok: 0, p50Ms: null } },
        writes: { ...writes, lost: 0, unchecked: 'no longer reachable' },
      }),
    ]);
    expect(cell).toMatchObject({
      detection: { count: 2, censored: 1, median: { ms: 700 } },
      availability: {
        under: { operations: 200, ok: 80, successRatio: 0.4, p50Ms: 2 },
        longestOutageMs: { median: 1_600, worst: 2_000 },
      },
      operator: {
        commands: 2,
        distinctCommands: 1,
        onWrongNode: 2,
        claims: { true_resolve: 1, undetected: 1 },
        mendedBy: { operator: 1, system: 1 },
      },
      writes: { checked: 1, unchecked: 1, acknowledged: 50, lost: 2, trialsWithLoss: 1 },
    });
  });
});

describe('the balance of evidence', () => {
  it('tells when trials of one arm end without any more often', () => {
    const arm = (name: string, failures: number) =>
      Array.from({ length: 10 }, () => sampleRecorded({ arm: name, failures }));
    const balance = evidenceBalance([...arm('none', 0), ...arm('mine', 2)]);
    expect(balance.arms).toMatchObject([
      { arm: 'none', withoutResult: 0, trialsWithoutResult: { count: 0, of: 10 } },
      { arm: 'mine', withoutResult: 20, trialsWithoutResult: { count: 10, of: 10 } },
    ]);
    // 2 of the 184,756 ways to choose 10 of 20.
    expect(balance.withoutResult?.p).toBeCloseTo(2 / 184_756, 9);
    expect(balance.lost?.p).toBe(1);
  });

  it('leaves out baselines and what has not ended, and has no test for one arm', () => {
    const balance = evidenceBalance([
      sampleRecorded(),
      sampleRecorded({ baseline: true, losses: 3 }),
      sampleRecorded({ status: 'running', losses: 1 }),
    ]);
    expect(balance).toMatchObject({
      arms: [{ lost: 0, trialsWithLoss: { of: 1 } }],
      withoutResult: null,
      lost: null,
    });
  });
});
