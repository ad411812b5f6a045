import type { Queue } from 'bullmq';

/** What `addBulk` is fastest with. */
const BULK = 1_000;

interface BareJob {
  readonly name: string;
  readonly data: { readonly trialId: string; readonly generation: number };
  readonly opts: { readonly jobId: string };
}

/** Jobs like those of a campaign: ids only, with an id and a name each. */
export function* trialJobs(count: number): Generator<BareJob> {
  for (let index = 0; index < count; index += 1) {
    yield {
      name: `empty/nothing#${index}`,
      data: { trialId: String(index + 1), generation: 0 },
      opts: { jobId: `t${index + 1}g0` },
    };
  }
}

/** The plainest way: one `addBulk` after the other. */
export async function addJobs(queue: Queue, jobs: Iterable<BareJob>): Promise<void> {
  let bulk: BareJob[] = [];
  for (const job of jobs) {
    bulk.push(job);
    if (bulk.length < BULK) continue;
    await queue.addBulk(bulk);
    bulk = [];
  }
  if (bulk.length > 0) await queue.addBulk(bulk);
}
