export { inspectRedis, type RedisInspection } from './inspect-redis.ts';
export { campaignOfQueue, queueName, trialOfJob } from './names.ts';
export { type CampaignQueues, openQueues, type QueueOptions } from './open.ts';
export { JobProblem } from './processor.ts';
export type { Consumer, Disposition, JobQueues, JobState, TakenJob, Throttle, TrialJob } from './queue.ts';
export { reconcile, redeliver } from './reconcile.ts';
export { alignThrottle } from './throttle.ts';
