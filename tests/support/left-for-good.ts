import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** What is left behind workers that have ended: on a full machine their guards stay for the last removals. */
export async function leftForGood(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const left = await look();
    if (left.length === 0 || performance.now() > untilMs) return left;
    await delay(200);
  }
}
