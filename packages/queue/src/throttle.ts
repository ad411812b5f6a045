import type { Campaign } from '@ordeal/store';
import type { JobQueues } from './queue.ts';

type ThrottledQueues = Pick<
  JobQueues,
  'throttle' | 'setParallel' | 'setPaused' | 'liftRateLimit' | 'cutDownTimesAhead'
>;

/**
 * Makes what holds a campaign's queue back what Postgres says: its cap, paused or not, no rate limit, no clock that has
 * been set back since. Cheap, however many trials there are; the claim decides anyhow, so a moment's difference does
 * no harm.
 *
 * @returns what was not so, in words
 * @throws OrdealError REDIS_UNAVAILABLE, POSTGRES_UNAVAILABLE.
 */
export async function alignThrottle(
  queues: ThrottledQueues,
  campaign: Pick<Campaign, 'id' | 'status' | 'parallel'>,
): Promise<string[]> {
  const { id, parallel } = campaign;
  const isPaused = campaign.status === 'paused';
  const found = await queues.throttle(id);
  const changes: string[] = [];
  // A pause first, a resume last: nothing may start in between under the wrong cap.
  if (isPaused && !found.paused) {
    await queues.setPaused(id, true);
    changes.push('it was not paused');
  }
  if (found.parallel !== parallel) {
    await queues.setParallel(id, parallel);
    changes.push(`its cap was ${found.parallel ?? 'gone'}`);
  }
  if (found.rateLimited) {
    await queues.liftRateLimit(id);
    changes.push('it had a rate limit');
  }
  const ahead = await queues.cutDownTimesAhead(id);
  if (ahead > 0) changes.push(`${ahead} of its times were set by a clock that has been set back since`);
  if (!isPaused && found.paused) {
    await queues.setPaused(id, false);
    changes.push('it was paused');
  }
  return changes;
}
