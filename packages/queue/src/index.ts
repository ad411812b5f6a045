export { campaignOfQueue, queueName } from './names.ts';
export { type CampaignQueues, openQueues, type QueueOptions } from './open.ts';
export { JobProblem } from './processor.ts';
export type { Consumer, Disposition, JobQueues, TakenJob, TrialJob } from './queue.ts';
export { reconcile } from './reconcile.ts';
