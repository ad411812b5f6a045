import { type InjectionState, OrdealError } from '@ordeal/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { outlastOutage } from './outlast-outage.ts';
import { TrialNotes, type TrialRun } from './trial-run.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const OUTAGE_MS = 60_000;

/** A write that fails for so long, from now on. */
function awayFor(ms: number) {
  const untilMs = Date.now() + ms;
  return vi.fn(async (..._: unknown[]) => {
    if (Date.now() < untilMs) throw new OrdealError('POSTGRES_UNAVAILABLE', 'connect ECONNREFUSED');
    return Date.now() - untilMs;
  });
}

it('writes within two seconds of the end of an outage of a minute', async () => {
  const lateMs = outlastOutage(awayFor(OUTAGE_MS));
  await vi.runAllTimersAsync();
  expect(await lateMs).toBeLessThan(2_000);
});

it('gives up after about a minute and a half, with what the last one failed of', async () => {
  const fromMs = Date.now();
  const write = expect(outlastOutage(awayFor(3_600_000))).rejects.toMatchObject({
    code: 'POSTGRES_UNAVAILABLE',
  });
  await vi.runAllTimersAsync();
  await write;
  expect(Date.now() - fromMs).toBeGreaterThan(80_000);
  expect(Date.now() - fromMs).toBeLessThan(100_000);
});

it('gives up at once what no repetition mends', async () => {
  const write = vi.fn(async () => {
    throw new OrdealError('BAD_INPUT', 'no such row');
  });
  await expect(outlastOutage(write)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(write).toHaveBeenCalledOnce();
});

it('moves the ledger in order, and dates an undo from when it was done, however late it can be written', async () => {
  const undoneAt = new Date();
  const advanceInjection = awayFor(OUTAGE_MS);
  // What the ledger needs of a run.
  const run = { trial: { id: '1' }, execution: 1, store: { advanceInjection } } as unknown as TrialRun;
  const notes = new TrialNotes(run);
  const moves: [InjectionState, object][] = [
    ['active', { medianMs: 104 }],
    ['unproven', { error: 'no answer' }],
    ['gone', { medianMs: 1 }],
  ];
  for (const [state, evidence] of moves) notes.advance('t1-e1', state, { ...evidence });
  await vi.runAllTimersAsync();
  await notes.moves;
  const written = advanceInjection.mock.calls.slice(-moves.length);
  expect(written).toEqual([
    ['t1-e1', 'active', { medianMs: 104 }],
    ['t1-e1', 'unproven', { error: 'no answer' }],
    ['t1-e1', 'gone', { medianMs: 1, undone_at: undoneAt.toISOString() }],
  ]);
  expect(Date.now() - undoneAt.getTime()).toBeGreaterThanOrEqual(OUTAGE_MS);
  expect(notes.timeline.events()).toEqual([]);
});
