import { builtInCatalogue } from '@ordeal/catalogue';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { findingsOf, timesOf } from './support/fault-findings.ts';
import { chaosEntry, readFaultTable } from './support/fault-table.ts';

const why = whyNoTestEngine();
const { redis } = builtInCatalogue.subjects;
if (redis === undefined) throw new Error('no redis');

const table = readFaultTable('redis');
/** What the subject is for; the other rows are run by hand when the page is refreshed. */
const TRIED = ['node_kill on primary', 'network_partition on primary', 'node_kill {mode: stop} on sentinel'];
const rows = table.filter(({ title }) => TRIED.includes(title));

describe('the table of faults in docs/redis.md', () => {
  it.each(Object.keys(redis.faults))('has %s for each role that it can hit', (type) => {
    const targets = new Set(table.filter((row) => row.type === type).map(({ target }) => target));
    // A sentinel has no data to fill a volume with.
    const roles = type === 'disk_pressure' ? ['primary', 'replica'] : redis.roles;
    expect([...targets].toSorted()).toEqual([...roles].toSorted());
  });

  it('has the rows that are tried', () => {
    expect(rows).toHaveLength(TRIED.length);
  });
});

describe.skipIf(why !== undefined)(
  `redis in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    beforeAll(async () => {
      world = await openDockerWorld('redis');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    it('fails over, and does what the page says; nothing is left on the engine', async () => {
      const entries = rows.map((row) => chaosEntry(row, redis.faults[row.type]?.horizonSeconds));
      const file = await world.file(
        shortCampaign({
          subject: 'redis',
          chaos: entries.join('\n'),
          parallel: 2,
          extra: 'include_baseline: true\n',
        }),
      );
      const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
      expect(stderr).toBe('');
      expect(code, stdout).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const trials = await world.store.listTrials(campaign?.id ?? '');
      expect(trials.splice(-1)).toMatchObject([{ key: 'redis/none#0', outcome: 'quiet' }]);
      const found = rows.map((row, index) => {
        const record = trials[index]?.record ?? null;
        console.info(timesOf(row, record));
        return { ...row, ...findingsOf(row, record) };
      });
      expect(found).toEqual(rows);

      // What is no longer the primary follows another, and it was one vote that decided it.
      for (const trial of trials.filter(({ key }) => !key.includes('node_kill.2'))) {
        expect(trial.record?.initialState, trial.key).toMatchObject({
          redis0: { role: 'primary' },
          failovers: 0,
        });
        expect(trial.record?.finalState, trial.key).toMatchObject({ failovers: 1 });
        expect(trial.record, trial.key).toMatchObject({ wholeAfterUndo: true, writes: { unchecked: null } });
        const { availability, writes, findings } = trial.record ?? {};
        console.info(`${trial.key}: ${JSON.stringify({ availability, writes })}`);
        expect(findings, trial.key).toEqual(writes?.lost === 0 ? [] : ['acknowledged_writes_lost']);
        expect(availability?.before.operations, trial.key).toBeGreaterThan(10);
      }
      // Two sentinels must miss the primary for 1.5 s before one is voted to replace it.
      const kill = trials[rows.findIndex(({ title }) => title === 'node_kill on primary')]?.record;
      expect(kill?.availability?.longestOutageMs).toBeGreaterThan(1_400);
      // Cut off from its replicas it acknowledges for 2 to 3 s what nobody else has, and another one takes its place.
      const partition = trials[rows.findIndex(({ type }) => type === 'network_partition')]?.record;
      expect(partition?.writes?.lost).toBeGreaterThan(5);
      expect(partition?.writes?.lost).toBeLessThan(50);
      const { stdout: shown } = await world.ordeal('show', campaign?.id ?? '');
      expect(shown).toMatch(/redis\/network_partition#0 .*acknowledged_writes_lost/);
      expect(await world.left()).toEqual([]);
    }, 300_000);
  },
);
