import { createRandom } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { LoadAccount } from './load-account.ts';

const SLO_MS = 200;

type Step =
  /** Steady since `at`. */
  | { readonly at: number; readonly do: 'steady' }
  | { readonly at: number; readonly do: 'zero' | 'undone' }
  | { readonly at: number; readonly do: 'ok' | 'failed'; readonly ms?: number };

/** The account after these steps, asked at `untilMs`. */
function accountOf(steps: readonly Step[], untilMs: number) {
  const account = new LoadAccount(SLO_MS, createRandom(1));
  for (const step of steps) {
    switch (step.do) {
      case 'ok':
      case 'failed':
        account.add({ op: 'write', ok: step.do === 'ok', ms: step.ms ?? 1 }, step.at);
        break;
      case 'undone':
        account.undone();
        break;
      default:
        account[step.do](step.at);
    }
  }
  return account.availability(untilMs);
}

const counts = ({ operations, ok }: { operations: number; ok: number }) => [operations, ok];

describe('what is counted where', () => {
  it('sorts operations by when they ended, and forgets those from before it was steady', () => {
    const { before, under, after } = accountOf(
      [
        { at: 1, do: 'failed' },
        { at: 3, do: 'ok' },
        // Found only now.
        { at: 2, do: 'steady' },
        { at: 4, do: 'ok' },
        { at: 5, do: 'zero' },
        { at: 6, do: 'failed' },
        { at: 7, do: 'ok' },
        { at: 8, do: 'failed' },
        { at: 9, do: 'undone' },
        { at: 10, do: 'ok' },
      ],
      11,
    );
    expect([before, under, after].map(counts)).toEqual([
      [2, 2],
      [3, 1],
      [1, 1],
    ]);
  });

  it('takes the first undo for the end of the fault, and none for one before zero', () => {
    const { under, after } = accountOf(
      [
        { at: 1, do: 'steady' },
        { at: 2, do: 'undone' },
        { at: 3, do: 'zero' },
        { at: 4, do: 'ok' },
        { at: 5, do: 'undone' },
        { at: 6, do: 'undone' },
        { at: 7, do: 'ok' },
      ],
      8,
    );
    expect([under, after].map(counts)).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('counts what took longer than the slo allows as failed, and its latency all the same', () => {
    const { before } = accountOf(
      [
        { at: 1, do: 'steady' },
        { at: 2, do: 'ok', ms: SLO_MS },
        { at: 3, do: 'ok', ms: SLO_MS + 0.1 },
        { at: 4, do: 'failed', ms: 1_000 },
      ],
      5,
    );
    expect(before).toMatchObject({ operations: 3, ok: 1, p50Ms: 200, p99Ms: 200.1 });
  });

  it('has no percentiles without an answer', () => {
    const { before, under } = accountOf(
      [
        { at: 1, do: 'steady' },
        { at: 2, do: 'failed', ms: 1_000 },
      ],
      3,
    );
    expect(before).toEqual({ operations: 1, ok: 0, p50Ms: null, p95Ms: null, p99Ms: null });
    expect(under.operations).toBe(0);
  });

  it('gives percentiles within a thousandth, of hours of operations too', () => {
    const account = new LoadAccount(SLO_MS, createRandom(1));
    account.steady(0);
    for (let ms = 1; ms <= 100_000; ms += 1) account.add({ op: 'read', ok: true, ms: ms / 10 }, ms);
    const { p50Ms, p95Ms, p99Ms } = account.availability(0).before;
    for (const [told, real] of [
      [p50Ms, 5_000],
      [p95Ms, 9_500],
      [p99Ms, 9_900],
    ] as const) {
      expect(Math.abs((told ?? 0) / real - 1)).toBeLessThan(0.001);
    }
  });

  it('bears latencies that no client can mean', () => {
    const { before } = accountOf(
      [
        { at: 1, do: 'steady' },
        { at: 2, do: 'ok', ms: 0 },
        { at: 3, do: 'ok', ms: 1e300 },
      ],
      4,
    );
    expect(before.p50Ms).toBe(0.1);
    expect(before.p99Ms).toBeGreaterThanOrEqual(3_600_000);
  });
});

it('keeps acknowledgements from before it was steady, too', () => {
  const account = new LoadAccount(SLO_MS, createRandom(1));
  account.add({ op: 'write', ok: true, ms: 1, ack: 7 }, 1);
  account.steady(2);
  account.add({ op: 'write', ok: true, ms: 1, ack: 8 }, 3);
  expect(account.acknowledgements.kept()).toEqual([7, 8]);
  expect(account.availability(4).before.operations).toBe(1);
});

it('has an outage while one kind fails, whatever the other does', () => {
  const account = new LoadAccount(SLO_MS, createRandom(1));
  account.steady(0);
  account.zero(1_000);
  for (const ms of [1_100, 1_200, 1_300, 1_400]) account.add({ op: 'read', ok: true, ms: 1 }, ms);
  account.add({ op: 'write', ok: true, ms: SLO_MS + 1 }, 1_450);
  expect(account.availability(1_500).longestOutageMs).toBe(500);
  account.add({ op: 'write', ok: true, ms: 1 }, 1_500);
  expect(account.availability(1_600).longestOutageMs).toBe(500);
});
