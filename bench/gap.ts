import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCampaignConfig } from '@ordeal/campaign';
import { enqueueCampaign } from '@ordeal/cli';
import { defaultSettings, findSettingsFile, readSettings } from '@ordeal/config';
import { openQueues } from '@ordeal/queue';
import { openStore } from '@ordeal/store';
import { type Benchmark, median, rounded } from './benchmark.ts';
import { type BenchInstallation, openBenchInstallation } from './installation.ts';
import { runWorkerUntilFinished } from './run-worker.ts';

/** As many as a worker makes ready where nothing else is set. */
const AHEAD = defaultSettings.docker.readyAhead;

/**
 * The time between two trials of etcd, one at a time: from the end of one's watch over its recovery to the next one's
 * zero. With instances made ready ahead, and without: then it is what a trial takes beside its fault.
 */
export const gap: Benchmark = {
  title: 'between two trials of etcd, with instances made ready ahead and without',
  defaults: { trials: 6, pairs: 2 },
  async run({ trials, pairs }, say) {
    const file = findSettingsFile(process.env.INIT_CWD ?? process.cwd());
    const { docker } = file === undefined ? defaultSettings : await readSettings(file);
    await using installation = await openBenchInstallation();
    const ready: number[] = [];
    const fresh: number[] = [];
    const recoveries: Record<'ready' | 'fresh', number[]> = { ready: [], fresh: [] };
    for (let pair = 0; pair < pairs; pair += 1) {
      const without = await runTrials(installation, { ...docker, readyAhead: 0 }, trials);
      const ahead = await runTrials(installation, { ...docker, readyAhead: AHEAD }, trials);
      fresh.push(...without.gaps);
      // The first trial of a worker finds nothing ready, and its successor follows at once.
      ready.push(...ahead.gaps);
      recoveries.fresh.push(...without.recoveries);
      recoveries.ready.push(...ahead.recoveries);
      say(
        `pair ${pair + 1} of ${pairs}: ${median(ahead.gaps).toFixed(0)} ms, without ${median(without.gaps).toFixed(0)} ms`,
      );
    }
    const figures = {
      readyMs: rounded(median(ready)),
      freshMs: rounded(median(fresh)),
      ratio: rounded(median(ready) / median(fresh)),
      recoveryReadyMs: rounded(median(recoveries.ready)),
      recoveryFreshMs: rounded(median(recoveries.fresh)),
    };
    const lines = [
      `made ready ahead  ${figures.readyMs} ms: ${figures.ratio} x`,
      `each its own      ${figures.freshMs} ms`,
      `the fault's recovery: ${figures.recoveryReadyMs} ms with others made ready beside it, ${figures.recoveryFreshMs} ms without`,
    ];
    return { figures, lines };
  },
};

async function runTrials(
  installation: BenchInstallation,
  docker: object,
  trials: number,
): Promise<{ gaps: number[]; recoveries: number[] }> {
  const { databaseUrl, folders, redisUrl } = installation;
  await writeFile(
    join(folders.home, 'ordeal.config.mjs'),
    `export default ${JSON.stringify({ runtimes: { docker } })};\n`,
  );
  const source = `
name: gap
subjects: [etcd]
chaos_types:
  - { type: node_kill, target: follower, params: { mode: stop }, duration_seconds: 6 }
trials_per_combination: ${trials}
goal: whole
hold_seconds: 1
settle_seconds: 0
seed: 1
`;
  const config = parseCampaignConfig(source, 'gap.yaml', defaultSettings.repertoire.catalogue);
  const store = await openStore({ folders, databaseUrl, poolSize: 2 });
  const queues = await openQueues({ databaseUrl, producerOnly: true, redisUrl });
  try {
    const { id } = await enqueueCampaign(config, { store, queues });
    await runWorkerUntilFinished(store, id, { folder: folders.home, env: installation.environment() });
    const all = await store.listTrials(id);
    const spans = await Promise.all(all.map(({ id: trial }) => spanOf(store, trial)));
    const inOrder = spans.toSorted((a, b) => a.zero - b.zero);
    return {
      gaps: inOrder.slice(1).map(({ zero }, index) => zero - (inOrder[index]?.end ?? Number.NaN)),
      recoveries: all.map(({ record }) => record?.wholeAgainMs ?? Number.NaN),
    };
  } finally {
    await queues.close();
    await store.close();
  }
}

/** Wall instants of a trial's zero and of the end of its watch, in ms. */
async function spanOf(
  store: Awaited<ReturnType<typeof openStore>>,
  trial: string,
): Promise<{ zero: number; end: number }> {
  const events = await store.listEvents(trial);
  const at = (kind: string): number => {
    const event = events.find((each) => each.kind === kind);
    if (event === undefined) throw new Error(`trial ${trial} has no ${kind}`);
    return event.at.getTime();
  };
  return { zero: at('zero'), end: at('recovered') };
}
