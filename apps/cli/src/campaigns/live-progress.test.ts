import { stripVTControlCharacters } from 'node:util';
import type { Progress } from '@ordeal/store';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sampleTrial } from '../reports/testing-trials.ts';
import type { Look } from './follow-campaign.ts';
import { LiveProgress } from './live-progress.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function look(id: string, keys: string[], counts: Partial<Progress>, status = 'running'): Look {
  const none = { total: 8, pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
  return {
    campaign: { id, status } as Look['campaign'],
    running: keys.map((key) => sampleTrial({ key, status: 'running' })),
    progress: { ...none, ...counts },
  };
}

const shown = (live: LiveProgress, rows = 20): string[] => live.lines(rows).map(stripVTControlCharacters);

it('shows what runs for how long, and below it how far it is and for how long yet', () => {
  const live = new LiveProgress();
  expect(shown(live)).toEqual([]);
  live.look(look('1', ['a#0'], {}));
  vi.advanceTimersByTime(20_000);
  live.look(look('1', ['a#1', 'b#0'], { completed: 1, failed: 1 }));
  vi.advanceTimersByTime(5_000);
  // Two in 20 s, so the six that are left take 60 s from then.
  expect(shown(live)).toEqual([
    '  a#1  5 s',
    '  b#0  5 s',
    '[======------------------]  2/8 done, 1 failed, 2 running, eta 55 s',
  ]);
  live.look(look('1', [], { completed: 7, failed: 1 }, 'finished'));
  expect(shown(live)).toEqual([]);
});

it('says what it does not know: since when a trial ran before we came, and the pace before one has ended', () => {
  const live = new LiveProgress();
  live.look(look('1', ['a#0'], { completed: 3 }));
  vi.advanceTimersByTime(120_000);
  expect(shown(live)).toEqual([
    '  a#0  over 2 min',
    '[=========---------------]  3/8 done, 0 failed, 1 running, eta -',
  ]);
});

it('shows several campaigns in the rows there are', () => {
  const live = new LiveProgress();
  const keys = Array.from({ length: 10 }, (_each, index) => `a#${index}`);
  live.look(look('3', keys, {}));
  live.look(look('4', keys, {}));
  const lines = shown(live, 12);
  expect(lines).toHaveLength(12);
  expect(lines.filter((line) => line.includes('and 6 more'))).toHaveLength(2);
  expect(lines.filter((line) => /^campaign [34] \[/.test(line))).toHaveLength(2);
});
