import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { type Benchmark, median, rounded } from './benchmark.ts';
import { openBenchInstallation } from './installation.ts';
import { runProgram, runScript } from './run-program.ts';

const ourAnswer = z.object({ trials: z.number(), seconds: z.number(), peakRssMb: z.number() });
const peerAnswer = z.object({ jobs: z.number(), seconds: z.number() });

/**
 * From a campaign file to the last job in Redis, with a row in Postgres for each trial; beside it BullMQ's own
 * `addBulk` of as many such jobs, on the same Redis, without file and rows.
 */
export const enqueue: Benchmark = {
  title: 'from a campaign file to the last job, against bare addBulk',
  defaults: { trials: 100_000, pairs: 3 },
  async run({ trials, pairs }, say) {
    await using installation = await openBenchInstallation();
    const { folders, redisUrl } = installation;
    const file = join(folders.home, 'campaign.yaml');
    await writeFile(file, campaignOf(trials));
    const command = [...(await producerFlags()), join(import.meta.dirname, 'sides/enqueue-file.ts'), file];
    const ours: z.infer<typeof ourAnswer>[] = [];
    const bare: z.infer<typeof peerAnswer>[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      bare.push(await runScript(peerAnswer, 'peers/add-bulk.ts', [redisUrl, String(trials)]));
      await emptyRedis(redisUrl);
      ours.push(await runProgram(ourAnswer, process.execPath, command, installation.environment()));
      await emptyRedis(redisUrl);
      say(
        `pair ${pair + 1} of ${pairs}: ours ${ours.at(-1)?.seconds.toFixed(2)} s, ` +
          `bare ${bare.at(-1)?.seconds.toFixed(2)} s`,
      );
    }
    const ourSeconds = median(ours.map(({ seconds }) => seconds));
    const bareSeconds = median(bare.map(({ seconds }) => seconds));
    const figures = {
      trialsPerSecond: rounded(trials / ourSeconds),
      seconds: rounded(ourSeconds),
      bareJobsPerSecond: rounded(trials / bareSeconds),
      bareSeconds: rounded(bareSeconds),
      ratioToBare: rounded(bareSeconds / ourSeconds),
      peakRssMb: Math.max(...ours.map(({ peakRssMb }) => peakRssMb)),
    };
    const lines = [
      `${trials} trials: ${figures.seconds} s (${figures.trialsPerSecond} trials/s), at most ${figures.peakRssMb} MB`,
      `bare addBulk: ${figures.bareSeconds} s (${figures.bareJobsPerSecond} jobs/s): ours is ${figures.ratioToBare} x`,
    ];
    return { figures, lines };
  },
};

/** Node's options for `pnpm enqueue`: its heap would otherwise grow to 315 MB before it is tidied; so it stays at half. */
async function producerFlags(): Promise<string[]> {
  const manifest = z.object({ scripts: z.object({ enqueue: z.string() }) });
  const text = await readFile(join(import.meta.dirname, '../package.json'), 'utf8');
  return manifest
    .parse(JSON.parse(text))
    .scripts.enqueue.split(' ')
    .filter((word) => word.startsWith('--'));
}

function campaignOf(trials: number): string {
  return `
name: enqueue
subjects: [postgres]
chaos_types:
  - { type: node_kill, target: leader }
trials_per_combination: ${trials}
parallel: 10
seed: 1
`;
}

/** One server for both sides, and each finds it empty. */
async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    await client.flushall('SYNC');
  } finally {
    client.disconnect();
  }
}
