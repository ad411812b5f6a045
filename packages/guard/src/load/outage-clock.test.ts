import { expect, it } from 'vitest';
import { OutageClock } from './outage-clock.ts';

type Step =
  | { readonly zero: number }
  | { readonly ok: number }
  | { readonly stalled: readonly [number, number] };

function longestMs(steps: readonly Step[], nowMs: number): number {
  const clock = new OutageClock();
  for (const step of steps) {
    if ('zero' in step) clock.zero(step.zero);
    else if ('ok' in step) clock.succeeded(step.ok);
    else clock.stalled(...step.stalled);
  }
  return clock.longestMs(nowMs);
}

const zero = { zero: 1_000 };

it.each<{ readonly why: string; readonly steps: Step[]; readonly nowMs: number; readonly ms: number }>([
  { why: 'is none before zero', steps: [{ ok: 10 }, { stalled: [20, 500] }], nowMs: 900, ms: 0 },
  {
    why: 'begins with zero at the earliest',
    steps: [{ ok: 10 }, zero, { ok: 1_300 }],
    nowMs: 1_400,
    ms: 300,
  },
  { why: 'reaches to the end', steps: [zero, { ok: 1_100 }], nowMs: 1_900, ms: 800 },
  {
    why: 'is the longest of several',
    steps: [zero, { ok: 1_100 }, { ok: 1_600 }, { ok: 1_800 }],
    nowMs: 1_900,
    ms: 500,
  },
  {
    why: 'leaves out what we could not see',
    steps: [zero, { stalled: [1_300, 2_500] }, { ok: 2_600 }],
    nowMs: 2_600,
    ms: 400,
  },
  {
    why: 'leaves it out once, however often it is told',
    steps: [zero, { stalled: [1_300, 2_500] }, { stalled: [1_300, 2_510] }, { ok: 2_600 }],
    nowMs: 2_600,
    ms: 390,
  },
  {
    why: 'is not shortened by a stall that is told when it is over',
    steps: [zero, { ok: 2_500 }, { stalled: [1_200, 2_500] }],
    nowMs: 2_900,
    ms: 1_500,
  },
])('the longest outage $why', ({ steps, nowMs, ms }) => {
  expect(longestMs(steps, nowMs)).toBe(ms);
});
