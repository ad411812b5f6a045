import { describeError, monotonicMs } from '@ordeal/core';

const REPEAT_AFTER_MS = 10_000;

/** Passes an error on unless one that says the same went by just before: an outage says so on every connection, again and again. */
export function rarely(report: (error: Error) => void): (error: Error) => void {
  const lastSeen = new Map<string, number>();
  return (error) => {
    const now = monotonicMs();
    for (const [message, at] of lastSeen) if (now - at >= REPEAT_AFTER_MS) lastSeen.delete(message);
    const text = describeError(error);
    if (lastSeen.has(text)) return;
    lastSeen.set(text, now);
    report(error);
  };
}
