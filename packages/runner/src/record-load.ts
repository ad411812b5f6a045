import type { TrialNotes } from './trial-run.ts';

/** Looking for tens of thousands of writes; the guard's own deadline is shorter. */
const CHECK_MS = 15_000;

type AccountedNotes = Pick<TrialNotes, 'goals' | 'record' | 'findings' | 'timeline' | 'ask'>;

/**
 * What the client's load met, and whether the writes that it saw acknowledged are still there: asked when the watch is
 * over, of a subject that has a load. Lost writes are a finding, whatever the outcome.
 */
export async function recordLoad(notes: AccountedNotes): Promise<void> {
  const { goals, record, findings, timeline } = notes;
  if (!goals.includes('serving')) return;
  const settled = record.wholeAfterUndo === true;
  const { availability, writes } = await notes.ask('load', { settled }, CHECK_MS);
  record.availability = availability;
  record.writes = writes;
  if (writes.lost === 0) return;
  findings.push('acknowledged_writes_lost');
  const { acknowledged, lost, examples } = writes;
  timeline.add('acknowledged_writes_lost', null, { acknowledged, lost, examples: [...examples] });
}
