import type { Goal, LoadFigures, WritesCheck } from '@ordeal/core';
import { describe, expect, it, vi } from 'vitest';
import { recordLoad } from './record-load.ts';
import { Timeline } from './timeline.ts';
import { emptyRecord } from './trial-record.ts';

const none: LoadFigures = { operations: 0, ok: 0, p50Ms: null, p95Ms: null, p99Ms: null };
const availability = { before: none, under: none, after: none, longestOutageMs: 0 };
const kept: WritesCheck = { acknowledged: 9, lost: 0, examples: [], unchecked: null };

function notesOf(part: { goals?: Goal[]; whole?: boolean; writes?: WritesCheck }) {
  const ask = vi.fn(async () => ({ availability, writes: part.writes ?? kept }));
  return {
    goals: part.goals ?? ['serving', 'whole'],
    record: { ...emptyRecord(), wholeAfterUndo: part.whole ?? true },
    findings: [],
    timeline: new Timeline({ trialId: '1', execution: 1 }),
    // The one verb that is asked.
    ask: ask as never,
    asked: ask,
  };
}

describe('the account of the load', () => {
  it('is recorded, and is no finding while nothing is lost', async () => {
    const notes = notesOf({});
    await recordLoad(notes);
    expect(notes.record).toMatchObject({ availability, writes: kept });
    expect(notes.findings).toEqual([]);
    expect(notes.timeline.events()).toEqual([]);
  });

  it('is a finding, and a line in the timeline, when a promised write is gone', async () => {
    const notes = notesOf({ writes: { ...kept, lost: 1, examples: ['7'] } });
    await recordLoad(notes);
    expect(notes.findings).toEqual(['acknowledged_writes_lost']);
    const data = { acknowledged: 9, lost: 1, examples: ['7'] };
    expect(notes.timeline.events()).toMatchObject([{ kind: 'acknowledged_writes_lost', data }]);
  });

  it.each([true, false])('has the writes looked for when the instance is whole again: %j', async (whole) => {
    const notes = notesOf({ whole });
    await recordLoad(notes);
    expect(notes.asked).toHaveBeenCalledExactlyOnceWith('load', { settled: whole }, expect.any(Number));
  });

  it('costs a subject without load no question', async () => {
    const notes = notesOf({ goals: ['whole'] });
    await recordLoad(notes);
    expect(notes.asked).not.toHaveBeenCalled();
    expect(notes.record).not.toHaveProperty('availability');
  });
});
