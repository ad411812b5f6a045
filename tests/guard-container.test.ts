import { join, resolve } from 'node:path';
import { waitFor } from '@ordeal/core';
import {
  TEST_ENGINE_TIMEOUT_MS,
  type TestEngine,
  testEngine,
  whyNoTestEngine,
} from '@ordeal/runtimes/testing-engine';
import type { Store } from '@ordeal/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openWorldOn, presentAt } from './support/docker-world.ts';
import { startTlsEngine } from './support/tls-engine.ts';

const why = whyNoTestEngine();
const CHECKOUT = resolve(import.meta.dirname, '..');

const socketHere = () => (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '');

describe.skipIf(why !== undefined)(
  `guards in containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let engine: TestEngine;
    let world: DockerWorld;
    let place: string;
    beforeAll(async () => {
      engine = await testEngine('helper', 'etcd');
      // Instances are counted here: none is made ready for a trial that has one by then.
      const settings = { guard: 'container', readyAhead: 0 } as const;
      world = await openWorldOn(engine, { etcd: engine.image('etcd') }, settings);
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      if (place === undefined) return;
      // The journals of a place stay, whoever is gone.
      for (const name of await presentAt(engine.docker, place)) await engine.docker.getVolume(name).remove();
    });

    /** All but the volume of the journals is gone. */
    async function emptied(timeoutMs: number): Promise<void> {
      const journals = [`ordeal-guards-${place.replaceAll('/', '-')}`];
      await expect.poll(() => presentAt(engine.docker, place), { timeout: timeoutMs }).toEqual(journals);
    }

    async function guardId(): Promise<string> {
      const filters = { label: [`ordeal.place=${place}`, 'ordeal.guard'] };
      const [guard] = await engine.docker.listContainers({ filters });
      return guard?.Id ?? '';
    }

    /** @param earlier rows that nobody has closed yet */
    const activeInjection = (store: Store, earlier: readonly { id: string }[] = []) =>
      waitFor(
        'a fault is active',
        async () => {
          const open = await store.openInjections();
          return open.find(({ id, state }) => state === 'active' && earlier.every((one) => one.id !== id));
        },
        { timeoutMs: 90_000 },
      );

    const completed = (store: Store, id: string) =>
      waitFor(
        'the trial is completed',
        async () => {
          const trial = await store.getTrial(id);
          return trial?.status === 'completed' ? trial : undefined;
        },
        { timeoutMs: 120_000, everyMs: 250 },
      );

    it('a trial runs through one, and nothing but its journal is left', async () => {
      const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      const { code, stdout } = await world.ordeal('enqueue', file, '--with-worker');
      expect(code, stdout).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const [trial] = await world.store.listTrials(campaign?.id ?? '');
      expect(trial).toMatchObject({ outcome: 'resolved', execution: 1 });
      const [execution] = await world.store.listExecutions(trial?.id ?? '');
      place = execution?.place ?? '';
      expect(place).toMatch(/^[0-9a-f]{12}\/engine\/[0-9a-f]{8}$/);
      await emptied(10_000);
    });

    it('of a worker that was killed undoes the fault and removes all within 5 s; the next worker hears of it', async () => {
      const { store } = world;
      const worker = world.start(['worker']);
      const chaos = '  - { type: network_partition, target: leader }';
      const file = await world.file(shortCampaign({ subject: 'etcd', chaos, extra: 'goal: whole\n' }));
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const injection = await activeInjection(store);
      expect(injection.place).toBe(place);
      worker.child.kill('SIGKILL');
      await emptied(5_000);
      // It need not run again.
      const [campaign] = await store.listCampaigns();
      await store.cancelCampaign(campaign?.id ?? '');
      const next = world.start(['worker']);
      const closed = await waitFor(
        'the row of the ledger is closed',
        async () =>
          (await store.listInjections(injection.trialId)).find(
            ({ id, state }) => id === injection.id && state === 'gone',
          ),
        { timeoutMs: 60_000 },
      );
      expect(closed.evidence).toMatchObject({
        gone: { undone_by: 'guard', reason: 'the worker closed the line' },
      });
      next.child.kill('SIGTERM');
      expect(await next.ended, next.output()).toBe(0);
      await emptied(10_000);
    });

    it('that was killed is succeeded: its leftovers go first, and the trial runs again', async () => {
      const { store } = world;
      const worker = world.start(['worker']);
      const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const injection = await activeInjection(store);
      await engine.docker.getContainer(await guardId()).kill();
      const trial = await completed(store, injection.trialId);
      const executions = await store.listExecutions(trial.id);
      expect(executions.slice(-2).map(({ end }) => end)).toEqual(['lost', 'result']);
      worker.child.kill('SIGTERM');
      expect(await worker.ended, worker.output()).toBe(0);
      await emptied(10_000);
    });

    it('that was killed with its worker is found by the doctor, who sweeps what it left', async () => {
      const { store } = world;
      const worker = world.start(['worker']);
      const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const injection = await activeInjection(store);
      // Frozen first: it would start a successor.
      worker.child.kill('SIGSTOP');
      await engine.docker.getContainer(await guardId()).kill();
      worker.child.kill('SIGKILL');
      const before = await world.ordeal('doctor', '--json');
      expect(before.stdout).toContain(`instances whose guard is gone, at ${place} on the engine: 1`);
      const { stdout } = await world.ordeal('doctor', '--sweep');
      expect(stdout).toContain(
        `Removed what was left of execution 1 of trial ${injection.trialId} (1 faults)`,
      );
      await emptied(10_000);
      expect((await world.ordeal('doctor', '--json')).stdout).not.toContain('whose guard is gone');
    });

    it('outlives a worker that runs in a container itself', async () => {
      const { store } = world;
      const earlier = await store.openInjections();
      const { home } = world.folders;
      const worker = await engine.docker.createContainer({
        Image: engine.image('helper'),
        Entrypoint: ['node', join(CHECKOUT, 'apps/cli/src/main.ts'), 'worker'],
        WorkingDir: home,
        Env: [`DATABASE_URL=${store.databaseUrl}`, 'ORDEAL_HOME=/var/lib/ordeal/home'],
        HostConfig: {
          AutoRemove: true,
          // For the database, which listens on loopback.
          NetworkMode: 'host',
          Binds: [`${socketHere()}:/var/run/docker.sock`, `${CHECKOUT}:${CHECKOUT}:ro`, `${home}:${home}:ro`],
        },
      });
      await worker.start();
      const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const injection = await activeInjection(store, earlier);
      expect(injection.place).toBe(place);
      await worker.kill();
      await emptied(5_000);
    });
  },
);

it.skipIf(why !== undefined)(
  'an engine over TCP with TLS runs trials, its guard beside it',
  async () => {
    const engine = await testEngine('helper', 'etcd');
    const socket = socketHere();
    await using remote = await startTlsEngine(socket);
    // Nothing says where the guard lives: it follows from the address.
    await using world = await openWorldOn(engine, { etcd: engine.image('etcd') }, { socket });
    Object.assign(world.env, remote.env);
    const file = await world.file(shortCampaign({ subject: 'etcd', extra: 'goal: whole\n' }));
    const { code, stdout } = await world.ordeal('enqueue', file, '--with-worker');
    expect(code, stdout).toBe(0);
    const [campaign] = await world.store.listCampaigns();
    const [trial] = await world.store.listTrials(campaign?.id ?? '');
    expect(trial).toMatchObject({ outcome: 'resolved' });
    const [execution] = await world.store.listExecutions(trial?.id ?? '');
    const place = execution?.place ?? '';
    expect(place).toContain('/engine/');
    await waitFor(
      'nothing is left but the journals',
      async () => {
        const [journals = '', ...others] = await presentAt(engine.docker, place);
        return others.length === 0
          ? engine.docker
              .getVolume(journals)
              .remove()
              .then(() => true)
          : undefined;
      },
      { timeoutMs: 10_000 },
    );
  },
  TEST_ENGINE_TIMEOUT_MS,
);
