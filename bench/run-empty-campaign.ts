import { join } from 'node:path';
import { parseCampaignConfig } from '@ordeal/campaign';
import { enqueueCampaign } from '@ordeal/cli';
import { readSettings } from '@ordeal/config';
import { openQueues } from '@ordeal/queue';
import { openStore } from '@ordeal/store';
import pg from 'pg';
import type { BenchInstallation } from './installation.ts';
import { runWorkerUntilFinished } from './run-worker.ts';

const EMPTY = join(import.meta.dirname, 'empty');

export interface EmptyCampaign {
  readonly queue: 'redis' | 'postgres';
  readonly trials: number;
  readonly parallel: number;
}

/**
 * Enqueues a campaign on nothing, and then starts one worker on it, as anybody would.
 * @returns from the first claim to the campaign's end, by Postgres's clock: without the worker's start
 * @throws Error when a trial did not end as it has to
 */
export async function runEmptyCampaign(
  installation: BenchInstallation,
  campaign: EmptyCampaign,
): Promise<{ seconds: number }> {
  const { databaseUrl, folders } = installation;
  await using store = closing(await openStore({ folders, databaseUrl, poolSize: 2 }));
  const id = await enqueue(store, installation, campaign);
  const env = installation.environment(campaign.queue);
  await runWorkerUntilFinished(store, id, { folder: EMPTY, env });
  return { seconds: await secondsOf(databaseUrl, id, campaign.trials) };
}

async function enqueue(
  store: Awaited<ReturnType<typeof openStore>>,
  { databaseUrl, redisUrl }: BenchInstallation,
  { queue, trials, parallel }: EmptyCampaign,
): Promise<string> {
  const source = `
name: empty-trials
subjects: [empty]
chaos_types:
  - type: nothing
trials_per_combination: ${trials}
parallel: ${parallel}
hold_seconds: 0
settle_seconds: 0
seed: 1
`;
  const { repertoire } = await readSettings(join(EMPTY, 'ordeal.config.ts'));
  const config = parseCampaignConfig(source, 'empty-trials.yaml', repertoire.catalogue);
  await using queues = closing(
    await openQueues({
      databaseUrl,
      producerOnly: true,
      ...(queue === 'redis' ? { redisUrl } : {}),
    }),
  );
  return (await enqueueCampaign(config, { store, queues })).id;
}

async function secondsOf(databaseUrl: string, campaignId: string, trials: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ unaffected: number; seconds: number }>(
      `select
         (select count(*)::integer from ordeal.trials
          where campaign_id = $1 and outcome = 'unaffected' and execution = 1) as unaffected,
         (select extract(epoch from max(ended_at) - min(started_at))::double precision
          from ordeal.executions where campaign_id = $1) as seconds`,
      [campaignId],
    );
    const [row] = rows;
    if (row?.unaffected !== trials) {
      throw new Error(
        `${row?.unaffected} of ${trials} trials are unaffected by nothing at the first attempt`,
      );
    }
    return row.seconds;
  } finally {
    await client.end();
  }
}

function closing<T extends { close(): Promise<void> }>(opened: T): T & AsyncDisposable {
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}
