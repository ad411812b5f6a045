import { setTimeout as delay } from 'node:timers/promises';
import { describeError, type Finding } from '@ordeal/core';
import { underDeadline } from './under-deadline.ts';

/** A probe that does not answer for so long has not seen anything. */
const LOOK_DEADLINE_MS = 5_000;
const EVERY_MS = 100;

/** One look by a probe of a fault. A probe that fails is evidence, but never proof: it holds nothing. */
export async function lookOnce(
  look: (signal: AbortSignal) => Promise<Finding>,
  signal: AbortSignal,
  timeoutMs = LOOK_DEADLINE_MS,
): Promise<Finding> {
  try {
    return await underDeadline('a look', timeoutMs, signal, look);
  } catch (error) {
    signal.throwIfAborted();
    return { holds: false, evidence: { error: describeError(error) } };
  }
}

/**
 * Looks again and again until the finding holds or the time is over; at least once.
 * @returns `seenMs` null: it never held; the finding is then that of the last look that had the time it takes
 */
export async function lookUntil(
  look: (signal: AbortSignal) => Promise<Finding>,
  options: { readonly withinMs: number; readonly signal: AbortSignal; readonly monotonicMs: () => number },
): Promise<{ readonly finding: Finding; readonly seenMs: number | null }> {
  const { monotonicMs, signal, withinMs } = options;
  const untilMs = monotonicMs() + withinMs;
  let last: Finding | undefined;
  for (;;) {
    const leftMs = Math.max(untilMs - monotonicMs(), EVERY_MS);
    const finding = await lookOnce(look, signal, Math.min(leftMs, LOOK_DEADLINE_MS));
    if (finding.holds) return { finding, seenMs: monotonicMs() };
    const isCutShort = leftMs < LOOK_DEADLINE_MS && 'error' in finding.evidence;
    if (last === undefined || !isCutShort) last = finding;
    if (monotonicMs() + EVERY_MS >= untilMs) return { finding: last, seenMs: null };
    await delay(EVERY_MS, undefined, { signal });
  }
}
