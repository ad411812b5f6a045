import type { LoadSlo } from '@ordeal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServingClock } from './serving-clock.ts';
import type { Transition } from './transition.ts';

const slo: LoadSlo = { windowMs: 1_000, minSuccessRatio: 0.9, maxLatencyMs: 200 };
const EVERY_MS = 20;

interface Load {
  readonly ok?: boolean;
  readonly ms?: number;
  readonly kinds?: readonly ('read' | 'write')[];
}

/** Drives a clock with a load of one operation of each kind every 20 ms. */
class Run {
  readonly clock = new ServingClock(slo, 0);
  readonly transitions: Transition[] = [];
  nowMs = 0;

  /** Load that goes like this, for so long. */
  load(forMs: number, { ok = true, ms = 5, kinds = ['read', 'write'] }: Load = {}): this {
    for (const untilMs = this.nowMs + forMs; this.nowMs < untilMs; ) {
      this.nowMs += EVERY_MS;
      for (const op of kinds) this.#note(this.clock.add({ op, ok, ms }, this.nowMs));
      this.#note(this.clock.judge(this.nowMs));
    }
    return this;
  }

  /** One operation now. */
  one(ok: boolean, op: 'read' | 'write' = 'write', ms = 5): this {
    this.#note(this.clock.add({ op, ok, ms }, this.nowMs));
    return this;
  }

  #note(transition: Transition | undefined): void {
    if (transition !== undefined) this.transitions.push(transition);
  }

  get last(): Transition | undefined {
    return this.transitions.at(-1);
  }
}

/** Serving since 20, now at 3000. */
const servingRun = (): Run => new Run().load(3_000);

describe('the serving clock', () => {
  it('serves once the load has met its objectives for a whole window, from the first success of every kind', () => {
    const run = new Run().load(500, { kinds: ['read'] }).load(1_000);
    expect(run.clock.good).toBe(false);
    run.load(20);
    expect(run.transitions).toEqual([expect.objectContaining({ good: true, atMs: 520 })]);
    expect(run.clock.sinceMs).toBe(520);
  });

  it('breaks when a kind misses its ratio, from when the first failed operation was asked', () => {
    const run = servingRun().load(1_000, { ok: false, ms: 12 });
    expect(run.last).toMatchObject({ good: false, atMs: 3_020 - 12, detail: 'read: failed' });
    expect(run.clock.sinceMs).toBeNull();
  });

  it('breaks when only one kind fails', () => {
    const run = servingRun();
    for (let step = 0; step < 20; step += 1) run.load(20, { kinds: ['read'] }).one(false, 'write');
    expect(run.last).toMatchObject({ good: false, detail: 'write: failed' });
  });

  it('takes an operation that is too slow for a failed one', () => {
    const run = servingRun().load(1_000, { ms: slo.maxLatencyMs + 1 });
    expect(run.last).toMatchObject({ good: false, detail: 'read took 201 ms' });
    expect(servingRun().load(1_000, { ms: slo.maxLatencyMs }).last?.good).toBe(true);
  });

  it('breaks when no operation of a kind has ended for a window, from the last one that did', () => {
    const run = servingRun().load(980, { kinds: ['read'] });
    expect(run.clock.good).toBe(true);
    run.load(20, { kinds: ['read'] });
    expect(run.last).toMatchObject({ good: false, atMs: 3_000, detail: 'no write has ended for 1 s' });
  });

  it('does not blame a failure that many successes followed', () => {
    const run = servingRun().one(false).load(800).load(400, { ok: false });
    expect(run.last).toMatchObject({ good: false, atMs: 3_815 });
  });

  it('is not broken by failures within the objectives', () => {
    const run = servingRun();
    for (let round = 0; round < 20; round += 1) run.load(400).one(false, 'read').one(false, 'write');
    expect(run.transitions).toHaveLength(1);
  });

  it('is never broken by one failed request, whatever the load', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom<'read' | 'write'>('read', 'write'),
        fc.integer({ min: 1, max: 5_000 }),
        (steps, kind, ms) => {
          const run = servingRun();
          run
            .load(steps * EVERY_MS)
            .one(false, kind, ms)
            .load(2_000);
          expect(run.transitions).toHaveLength(1);
        },
      ),
    );
  });

  it('dates transitions in order, and never before what it has told', () => {
    const piece = fc.record({
      forMs: fc.integer({ min: 20, max: 1_500 }),
      ok: fc.boolean(),
      ms: fc.integer({ min: 1, max: 1_200 }),
      kinds: fc.subarray(['read', 'write'] as const),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const run = new Run();
        let toldMs = 0;
        let seen = 0;
        let good = false;
        for (const { forMs, ...load } of pieces) {
          for (const untilMs = run.nowMs + forMs; run.nowMs < untilMs; ) {
            run.load(EVERY_MS, load);
            for (const transition of run.transitions.slice(seen)) {
              expect(transition.atMs).toBeGreaterThanOrEqual(toldMs);
              expect(transition.atMs).toBeLessThanOrEqual(run.nowMs);
              expect(transition.good).toBe(!good);
              good = transition.good;
            }
            seen = run.transitions.length;
            const settledMs = run.clock.settledMs(run.nowMs);
            expect(settledMs).toBeGreaterThanOrEqual(toldMs);
            toldMs = settledMs;
          }
        }
      }),
    );
  });

  it('serves again from the first success after the last failure', () => {
    const run = servingRun().load(2_000, { ok: false }).load(980);
    expect(run.clock.good).toBe(false);
    expect(run.clock.settledMs(run.nowMs)).toBe(5_020);
    run.load(40);
    expect(run.last).toMatchObject({ good: true, atMs: 5_020 });
  });

  it('does not take a lucky moment for a recovery', () => {
    const run = servingRun().load(2_000, { ok: false }).load(200).load(1_000, { ok: false }).load(1_500);
    expect(run.transitions.map(({ good, atMs }) => [good, atMs])).toEqual([
      [true, 20],
      [false, 3_015],
      [true, 6_220],
    ]);
  });

  it('does not serve again while a kind stays silent', () => {
    const run = servingRun()
      .load(2_000, { kinds: [] })
      .load(5_000, { kinds: ['read'] });
    expect(run.clock.good).toBe(false);
    run.load(1_100);
    expect(run.last).toMatchObject({ good: true, atMs: 10_020 });
  });

  it('does not blame failures from before zero on what comes after it', () => {
    const run = servingRun().load(60, { ok: false, kinds: ['read'] });
    run.clock.zero(run.nowMs);
    run.load(2_000);
    expect(run.transitions).toHaveLength(1);
  });

  it('dates nothing before zero', () => {
    const run = servingRun();
    run.clock.zero(run.nowMs);
    run.load(500, { ok: false, ms: 150 });
    expect(run.last).toMatchObject({ good: false, atMs: 3_000 });
  });

  it('does not take our own stall for silence', () => {
    const run = servingRun();
    run.nowMs += 5_000;
    run.clock.stalledUntil(run.nowMs);
    run.load(2_000);
    expect(run.transitions).toHaveLength(1);
  });
});
