import { OrdealError } from '@ordeal/core';
import type { CampaignQueues } from '@ordeal/queue';
import type { Installation } from './installation.ts';

/**
 * Makes the queue follow what Postgres has decided. A Redis that is away does not undo the decision: the workers put
 * the queue right when they reach it, and this says so.
 */
export async function tellQueue(
  installation: Pick<Installation, 'queues'>,
  tell: (queues: CampaignQueues) => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await tell(await installation.queues());
    return undefined;
  } catch (error) {
    if (!(error instanceof OrdealError && error.code === 'REDIS_UNAVAILABLE')) throw error;
    return `${error.message}: it is decided all the same, and the workers put the queue right when they reach it`;
  }
}
