import { OrdealError } from '@ordeal/core';
import type { CampaignQueues } from '@ordeal/queue';
import type { Installation } from '../installation/installation.ts';

const WORKERS_WILL = 'the workers put the queue right when they reach it';

/**
 * Makes the queue follow what Postgres has decided. A Redis that is away does not undo the decision, and this says so.
 * @param left what becomes of the queue then
 */
export async function tellQueue(
  installation: Pick<Installation, 'queues'>,
  tell: (queues: CampaignQueues) => Promise<unknown>,
  left = WORKERS_WILL,
): Promise<string | undefined> {
  try {
    await tell(await installation.queues());
    return undefined;
  } catch (error) {
    if (!(error instanceof OrdealError && error.code === 'REDIS_UNAVAILABLE')) throw error;
    return `${error.message}: it is decided all the same, and ${left}`;
  }
}
