import { builtInCatalogue } from '@ordeal/catalogue';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { readFaultTable } from './support/fault-table.ts';
import { leftForGood } from './support/left-for-good.ts';
import { expectAsOnPages, runInSmall } from './support/ready-made.ts';

const why = whyNoTestEngine();
const { redis } = builtInCatalogue.subjects;
if (redis === undefined) throw new Error('no redis');

const table = readFaultTable('redis');
describe('the table of faults in docs/redis.md', () => {
  it.each(Object.keys(redis.faults))('has %s for each role that it can hit', (type) => {
    const targets = new Set(table.filter((row) => row.type === type).map(({ target }) => target));
    // A sentinel has no data to fill a volume with.
    const roles = type === 'disk_pressure' ? ['primary', 'replica'] : redis.roles;
    expect([...targets].toSorted()).toEqual([...roles].toSorted());
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

    it('runs its ready-made campaign, fails over, and does what the page says', async () => {
      const trials = await runInSmall(world, 'redis-failover');
      expectAsOnPages(trials, 5);
      // What is no longer the primary follows another, and it was one vote that decided it.
      const failedOver = trials.filter(
        ({ chaosType, target }) => target === 'primary' && chaosType !== 'packet_loss',
      );
      expect(failedOver).toHaveLength(4);
      for (const trial of failedOver) {
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
      const recordOf = (type: string) => trials.find(({ key }) => key === `redis/${type}#0`)?.record;
      // Two sentinels must miss the primary for 1.5 s before one is voted to replace it.
      const kill = recordOf('node_kill');
      expect(kill?.availability?.longestOutageMs).toBeGreaterThan(1_400);
      // Cut off from its replicas it acknowledges for 2 to 3 s what nobody else has, and another one takes its place.
      const partition = recordOf('network_partition');
      expect(partition?.writes?.lost).toBeGreaterThan(5);
      expect(partition?.writes?.lost).toBeLessThan(50);
      const { stdout: shown } = await world.ordeal('show', trials[0]?.campaignId ?? '');
      expect(shown).toMatch(/redis\/network_partition#0 .*acknowledged_writes_lost/);
      expect(await leftForGood(() => world.left())).toEqual([]);
    });
  },
);
