export { inspectRedis, type RedisInspection } from './inspect-redis.ts';
export { campaignOfQueue, queueName } from './names.ts';
export { type CampaignQueues, openQueues, type QueueOptions } from './open.ts';
export type { Consumer, Disposition, JobQueues, TakenJob, TrialJob } from './queue.ts';
export { reconcile } from './reconcile.ts';
