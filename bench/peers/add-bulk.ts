/**
 * BullMQ alone: as many jobs as a campaign has trials, by bare `addBulk`. No file, no rows.
 *
 * usage: node add-bulk.ts REDIS_URL JOBS
 */
import { randomBytes } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { addJobs, trialJobs } from './trial-jobs.ts';

const [url = '', jobs = ''] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const queue = new Queue(`bare-${randomBytes(4).toString('hex')}`, { connection });
await queue.waitUntilReady();

const began = performance.now();
await addJobs(queue, trialJobs(Number(jobs)));
const seconds = (performance.now() - began) / 1_000;

await queue.obliterate({ force: true });
await queue.close();
connection.disconnect();
console.log(JSON.stringify({ jobs: Number(jobs), seconds }));
