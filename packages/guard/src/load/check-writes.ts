import { describeError, type SubjectProbe, type WritesCheck } from '@ordeal/core';
import { underDeadline } from '../under-deadline.ts';
import type { Acknowledgements } from './acknowledgements.ts';

/** Tens of thousands of numbers are looked up in a second; a subject that is whole has no reason to take longer than this. */
const CHECK_DEADLINE_MS = 10_000;
const MOST_EXAMPLES = 10;

/**
 * Are the writes that the client saw acknowledged still there? Does not throw for a subject that cannot tell: that is
 * an answer.
 * @param options.settled false: a write may only be out of sight, and is not looked for
 * @throws the signal's reason
 */
export async function checkWrites(
  acknowledgements: Acknowledgements,
  probe: Pick<SubjectProbe, 'missingWrites'>,
  { settled, signal }: { readonly settled: boolean; readonly signal: AbortSignal },
): Promise<WritesCheck> {
  const acknowledged = acknowledgements.count;
  const acks = acknowledgements.kept();
  const unchecked = (why: string): WritesCheck => ({ acknowledged, lost: 0, examples: [], unchecked: why });
  if (!settled) return unchecked('it was not whole after the fault');
  if (probe.missingWrites === undefined) return unchecked('the subject does not look for them');
  try {
    const look = (until: AbortSignal) => probe.missingWrites?.(acks, until) ?? Promise.resolve([]);
    const missing = await underDeadline('the acknowledged writes', CHECK_DEADLINE_MS, signal, look);
    return {
      acknowledged,
      ...(acks.length < acknowledged ? { checked: acks.length } : {}),
      lost: missing.length,
      examples: missing.slice(0, MOST_EXAMPLES).map(String),
      unchecked: null,
    };
  } catch (error) {
    signal.throwIfAborted();
    return unchecked(describeError(error));
  }
}
