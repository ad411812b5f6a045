import { openQueues } from './open.ts';

/** A consumer for tests to kill: takes jobs of one campaign, says so on standard output, and never ends one. */

const [options, campaignId, concurrency] = process.argv.slice(2);
if (options === undefined || campaignId === undefined) throw new Error('usage: OPTIONS CAMPAIGN CONCURRENCY');
const queues = await openQueues(JSON.parse(options));
const consumer = queues.consume(
  campaignId,
  async (job) => {
    console.log(job.trialId);
    return await new Promise<never>(() => {});
  },
  (error) => console.error(error),
);
consumer.setConcurrency(Number(concurrency));
