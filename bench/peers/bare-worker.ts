/**
 * BullMQ alone: one Worker whose processor does nothing takes as many jobs as a campaign has trials. Without a
 * claim, a guard, a ledger or a record.
 *
 * usage: node bare-worker.ts REDIS_URL JOBS CONCURRENCY
 */
import { randomBytes } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { addJobs, trialJobs } from './trial-jobs.ts';

const [url = '', jobs = '', concurrency = ''] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const name = `bare-${randomBytes(4).toString('hex')}`;
const queue = new Queue(name, { connection });
await addJobs(queue, trialJobs(Number(jobs)));

const worker = new Worker(name, async () => null, {
  connection,
  concurrency: Number(concurrency),
  autorun: false,
  removeOnComplete: { count: 1_000 },
});
const drained = new Promise<void>((resolve) => {
  let completed = 0;
  worker.on('completed', () => {
    completed += 1;
    if (completed === Number(jobs)) resolve();
  });
});
await worker.waitUntilReady();
const began = performance.now();
void worker.run();
await drained;
const seconds = (performance.now() - began) / 1_000;

await worker.close();
await queue.obliterate({ force: true });
await queue.close();
connection.disconnect();
console.log(JSON.stringify({ trials: Number(jobs), seconds }));
