import { deadlineSignal, waitFor } from '@ordeal/core';
import { descendantsOf, pidOf } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openWorldOn } from './support/docker-world.ts';
import { leftForGood } from './support/left-for-good.ts';
import { expectAsOnPages, runInSmall } from './support/ready-made.ts';

const why = whyNoTestEngine();

describe.skipIf(why !== undefined)(
  `etcd in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    beforeAll(async () => {
      const engine = await testEngine('helper', 'etcd');
      world = await openWorldOn(engine, { etcd: engine.image('etcd') }, { readyAhead: 1 });
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    it('runs its ready-made campaign as docs/etcd.md says, and leaves nothing on the engine', async () => {
      const trials = await runInSmall(world, 'etcd-smoke', () => ({ parallel: 1 }));
      expectAsOnPages(trials, 3);
      expect(trials[0]?.record?.initialState).toMatchObject({
        'etcd-1': { reachable: true, term: expect.any(Number), leader: expect.stringMatching(/^\d+$/) },
      });
      // While trials ran, the instances of others were made ready; the first one found none.
      const starts = await Promise.all(trials.map(({ id }) => startedAhead(world, id)));
      expect(starts[0]).toBe(false);
      expect(starts).toContain(true);
      for (const { key, record } of trials) {
        expect(record?.writes, key).toMatchObject({ lost: 0, unchecked: null });
        expect(record?.writes?.acknowledged, key).toBeGreaterThan(10);
        expect(record?.availability?.before.operations, key).toBeGreaterThan(10);
      }
      // Calls that hang on a paused leader run into their time-outs, and are asked again elsewhere.
      const [kill, , pause] = trials.map(({ record }) => record?.availability);
      expect(pause?.under.p99Ms).toBeGreaterThan(500);
      expect(kill?.under.operations).toBeGreaterThan(10);
      expect(await leftForGood(() => world.left())).toEqual([]);
    });

    it('finds a write that is deleted behind the client’s back', async () => {
      // It serves throughout, and is watched for as long as it might have broken.
      const chaos = '  - { type: node_kill, target: follower }';
      const file = await world.file(shortCampaign({ subject: 'etcd', chaos, extra: 'goal: serving\n' }));
      const run = world.start(['enqueue', file, '--with-worker']);
      const injection = await waitFor(
        'a fault is active',
        async () => (await world.store.openInjections())[0],
        {
          timeoutMs: 90_000,
        },
      );
      const [target] = injection.plan.targets;
      const host = await world.addressOf(target?.name === 'etcd-1' ? 'etcd-2' : 'etcd-1', injection.trialId);
      await deleteOneWrite(host);
      await writePageOfKeys(host);
      expect(await run.ended, run.output()).toBe(0);
      const trial = await world.store.getTrial(injection.trialId);
      expect(trial).toMatchObject({ outcome: 'unaffected', execution: 1 });
      expect(trial?.record).toMatchObject({
        findings: ['acknowledged_writes_lost'],
        writes: { lost: 1, examples: [expect.stringMatching(/^\d+$/)], unchecked: null },
      });
      expect(await leftForGood(() => world.left())).toEqual([]);
    });

    it('what a killed guard left on the engine is removed by the next, and the trial runs again', async () => {
      const { store } = world;
      const worker = world.start(['worker']);
      const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const injection = await waitFor('a fault is active', async () => (await store.openInjections())[0], {
        timeoutMs: 90_000,
      });
      // The guard is the worker's only child.
      const [guard] = descendantsOf(worker.pid);
      process.kill(pidOf(guard ?? ''), 'SIGKILL');
      const trial = await waitFor(
        'the trial is completed',
        async () => {
          const now = await store.getTrial(injection.trialId);
          return now?.status === 'completed' ? now : undefined;
        },
        { timeoutMs: 120_000, everyMs: 250 },
      );
      expect(trial).toMatchObject({ outcome: 'resolved', execution: 2, losses: 1 });
      worker.child.kill('SIGTERM');
      expect(await worker.ended, worker.output()).toBe(0);
      expect(await leftForGood(() => world.left())).toEqual([]);
    });
  },
);

/** Whether the trial's instance had been made ready ahead, according to its timeline. */
async function startedAhead({ store }: DockerWorld, trialId: string): Promise<unknown> {
  const events = await store.listEvents(trialId);
  return events.find(({ kind }) => kind === 'started')?.data.ready_ahead;
}

/** One that has been acknowledged for a second, at ten a second; not one of the first, which nobody watched yet. */
async function deleteOneWrite(host: string): Promise<void> {
  const all = { key: base64('load/'), range_end: base64('load0'), sort_order: 'DESCEND', limit: 40 };
  const tenth = async (): Promise<string | undefined> => {
    const { kvs = [] } = (await call(host, 'range', all)) as { kvs?: { key: string }[] };
    return kvs.length < all.limit ? undefined : kvs[9]?.key;
  };
  const key = await waitFor('there are forty', tenth, { timeoutMs: 20_000 });
  expect(await call(host, 'deleterange', { key })).toMatchObject({ deleted: '1' });
}

/** Before the client's own in the order of keys: more than are read at a time. */
async function writePageOfKeys(host: string): Promise<void> {
  for (let first = 0; first < 6_000; first += 120) {
    const success = Array.from({ length: 120 }, (_, index) => ({
      request_put: { key: base64(`load/0${first + index}`), value: base64('') },
    }));
    expect(await call(host, 'txn', { success })).toMatchObject({ succeeded: true });
  }
}

async function call(host: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`http://${host}:2379/v3/kv/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: deadlineSignal(5_000),
  });
  return answer.json();
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
