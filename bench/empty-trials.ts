import { join } from 'node:path';
import { z } from 'zod';
import { type Benchmark, median, rounded } from './benchmark.ts';
import { type BenchInstallation, openBenchInstallation } from './installation.ts';
import { runEmptyCampaign } from './run-empty-campaign.ts';
import { runProgram, runScript } from './run-program.ts';

const PARALLEL = 10;
/** The queue in Postgres is slower: fewer trials show it as well. */
const POSTGRES_SHARE = 0.5;

const peerAnswer = z.object({ trials: z.number(), seconds: z.number() });

interface Rates {
  readonly redis: number[];
  readonly postgres: number[];
  readonly python: number[];
  readonly bareWorker: number[];
}

/**
 * What a trial costs when subject and fault do nothing: the whole protocol through the same code as any other, on
 * one worker. Beside it a script in Python that keeps a row for each, and BullMQ alone.
 */
export const emptyTrials: Benchmark = {
  title: 'trials a second of one worker, with a subject and a fault that do nothing',
  defaults: { trials: 5_000, pairs: 3 },
  async run({ trials, pairs }, say) {
    await using installation = await openBenchInstallation();
    const rates: Rates = { redis: [], postgres: [], python: [], bareWorker: [] };
    for (let pair = 0; pair < pairs; pair += 1) {
      rates.python.push(...(await pythonRate(installation, trials, pair)));
      rates.redis.push(await ourRate(installation, 'redis', trials));
      rates.bareWorker.push(await bareWorkerRate(installation, trials));
      const fewer = Math.max(1, Math.round(trials * POSTGRES_SHARE));
      rates.postgres.push(await ourRate(installation, 'postgres', fewer));
      say(`pair ${pair + 1} of ${pairs}: ${JSON.stringify(latestOf(rates))}`);
    }
    const ours = median(rates.redis);
    const python = rates.python.length === 0 ? null : median(rates.python);
    const bareWorker = median(rates.bareWorker);
    const figures = {
      trialsPerSecond: rounded(ours),
      pythonTrialsPerSecond: python === null ? null : rounded(python),
      ratioToPython: python === null ? null : rounded(ours / python),
      bareWorkerJobsPerSecond: rounded(bareWorker),
      ratioToBareWorker: rounded(ours / bareWorker),
      postgresQueueTrialsPerSecond: rounded(median(rates.postgres)),
      parallel: PARALLEL,
    };
    const lines = [
      `queue in Redis     ${figures.trialsPerSecond} trials/s`,
      `queue in Postgres  ${figures.postgresQueueTrialsPerSecond} trials/s`,
      python === null
        ? 'Python             not measured: no python3 on this machine'
        : `Python and SQLite  ${figures.pythonTrialsPerSecond} trials/s: ours is ${figures.ratioToPython} x`,
      `bare BullMQ worker ${figures.bareWorkerJobsPerSecond} jobs/s: ours is ${figures.ratioToBareWorker} x`,
    ];
    return { figures, lines };
  },
};

function ourRate(
  installation: BenchInstallation,
  queue: 'redis' | 'postgres',
  trials: number,
): Promise<number> {
  return runEmptyCampaign(installation, { queue, trials, parallel: PARALLEL }).then(
    ({ seconds }) => trials / seconds,
  );
}

/** None where there is no Python: the other figures stand without it. */
async function pythonRate(installation: BenchInstallation, trials: number, pair: number): Promise<number[]> {
  const script = join(import.meta.dirname, 'peers', 'trials.py');
  // On the same disk as the other side's Postgres.
  const database = join(installation.folders.data, `peer-${pair}.sqlite`);
  try {
    const args = [script, String(trials), String(PARALLEL), database];
    const { seconds } = await runProgram(peerAnswer, 'python3', args);
    return [trials / seconds];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function bareWorkerRate({ redisUrl }: BenchInstallation, jobs: number): Promise<number> {
  const args = [redisUrl, String(jobs), String(PARALLEL)];
  const { seconds } = await runScript(peerAnswer, 'peers/bare-worker.ts', args);
  return jobs / seconds;
}

function latestOf(rates: Rates): Record<string, number> {
  return Object.fromEntries(
    Object.entries(rates).map(([name, values]) => [name, rounded(values.at(-1) ?? Number.NaN)]),
  );
}
