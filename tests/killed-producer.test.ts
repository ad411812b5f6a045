import { waitFor } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { breachesIn } from './support/audit.ts';
import { shortCampaign } from './support/campaigns.ts';
import { openPairWorld } from './support/pair-world.ts';
import { tapLine } from './support/tapped-line.ts';
import { BACKENDS, type World, whyNot } from './support/world.ts';

const whole = process.env.ORDEAL_CRASH_MATRIX === 'whole';
/** With Redis a producer speaks to both servers. */
const backends = whole ? BACKENDS : (['redis'] as const);
/** From one kill to the next; there are about 26. */
const STATEMENTS = whole ? 1 : 7;
const TRIALS = 2;

describe.each(backends)('with the queue in %s', (backend) => {
  const why = whyNot(backend);
  it.skipIf(why !== undefined)(
    'a producer that is killed between any two statements leaves nothing, or a whole campaign that is run once',
    async () => {
      await using world = await openPairWorld('process', backend);
      const { store } = world;
      const file = await world.file(
        shortCampaign({
          subject: 'pair',
          chaos: '  - { type: node_kill }',
          trials: TRIALS,
          parallel: TRIALS,
        }),
      );
      let kills = 0;
      while (await killAfter(world, file, kills * STATEMENTS)) kills += 1;

      const campaigns = await store.listCampaigns();
      // The last producer lived. Of a killed one there is nothing before its commit, and everything from then on.
      const standing = campaigns.length - 1;
      console.info(`${backend}: ${kills} producers killed, the campaigns of ${standing} stand`);
      expect(standing).toBeGreaterThan(0);
      expect(standing).toBeLessThan(kills);
      for (const { id, trialCount } of campaigns) {
        expect(trialCount).toBe(TRIALS);
        expect(await store.progress(id)).toMatchObject({ total: TRIALS, pending: TRIALS });
      }
      const worker = world.start(['worker']);
      await waitFor(
        'every campaign is finished',
        async () => (await store.listCampaigns()).every(({ status }) => status === 'finished') || undefined,
        { timeoutMs: 150_000, everyMs: 200 },
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${worker.output()}`);
      });
      for (const { id } of campaigns) {
        expect(await breachesIn(store, id)).toEqual([]);
        for (const trial of await store.listTrials(id)) expect(trial.execution).toBe(1);
      }
      worker.child.kill('SIGTERM');
      expect(await worker.ended, worker.output()).toBe(0);
    },
    300_000,
  );
});

/**
 * Kills an `enqueue` when it has said so many things to its servers after its campaign's first statement, and before
 * it hears an answer.
 * @returns false when it was through before that
 */
async function killAfter(world: World, file: string, statements: number): Promise<boolean> {
  let said = Number.NEGATIVE_INFINITY;
  const listen = (what: string): void => {
    if (what.includes('insert into "campaigns"')) said = 0;
    else said += 1;
    if (said >= statements) producer.child.kill('SIGKILL');
  };
  await using database = await tapLine(world.store.databaseUrl, listen);
  await using queue = world.redis && (await tapLine(world.redis.url, listen));
  const env = { DATABASE_URL: database.url, ...(queue && { REDIS_URL: queue.url }) };
  const producer = world.start(['enqueue', file], env);
  const code = await producer.ended;
  expect(code === null || code === 0, producer.output()).toBe(true);
  return code === null;
}
