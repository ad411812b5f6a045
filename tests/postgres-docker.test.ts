import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { findingsOf, timesOf } from './support/fault-findings.ts';
import { chaosEntry, readFaultTable } from './support/fault-table.ts';

const why = whyNoTestEngine();
/** The same page as on processes: what a fault does to Postgres is not the runtime's doing. */
const TRIED = ['node_kill on primary', 'network_partition on primary', 'node_kill {mode: stop} on standby'];
const rows = readFaultTable('postgres').filter(({ title }) => TRIED.includes(title));

describe.skipIf(why !== undefined)(
  `postgres in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    beforeAll(async () => {
      world = await openDockerWorld('postgres');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    it('does what it does on processes; nothing is left on the engine', async () => {
      expect(rows).toHaveLength(TRIED.length);
      const entries = rows.map((row) => chaosEntry(row, 5));
      const extra = 'runtime: docker\n';
      const file = await world.file(shortCampaign({ chaos: entries.join('\n'), parallel: 2, extra }));
      const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
      expect(stderr).toBe('');
      expect(code, stdout).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const trials = await world.store.listTrials(campaign?.id ?? '');
      const found = rows.map((row, index) => {
        const record = trials[index]?.record ?? null;
        console.info(timesOf(row, record));
        return { ...row, ...findingsOf(row, record) };
      });
      expect(found).toEqual(rows);
      expect(trials.map(({ runtime }) => runtime)).toEqual(trials.map(() => 'docker'));
      expect(await world.left()).toEqual([]);
    }, 300_000);
  },
);
