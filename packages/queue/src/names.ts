/** Queue and job names. BullMQ refuses `:` in both, and job ids made of digits only. */

const QUEUE_PREFIX = 'ordeal-';

/** The queue of a campaign: `ordeal-7`. */
export function queueName(campaignId: string): string {
  return `${QUEUE_PREFIX}${campaignId}`;
}

/** The campaign of a queue, or undefined when the name is not one of ours. */
export function campaignOfQueue(name: string): string | undefined {
  return /^ordeal-(\d+)$/.exec(name)?.[1];
}

/**
 * The job of a trial's generation: `t12g0`. The generation is part of it because BullMQ leaves an id that
 * stands in the failed set alone: a retry needs an id of its own.
 */
export function jobId(trialId: string, generation: number): string {
  return `t${trialId}g${generation}`;
}

/** What a job's id says, or undefined when it is not one of ours. */
export function trialOfJob(id: string): { trialId: string; generation: number } | undefined {
  const [, trialId, generation] = /^t(\d+)g(\d+)$/.exec(id) ?? [];
  return trialId === undefined ? undefined : { trialId, generation: Number(generation) };
}
