import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '@ordeal/config';
import {
  deadlineSignal,
  type Instance,
  type InstanceLabel,
  monotonicMs,
  type Runtime,
  type Subject,
  waitFor,
} from '@ordeal/core';
import { processesIn } from '@ordeal/place';
import { bundleProgram, createDockerRuntime } from '@ordeal/runtimes';
import { TEST_ENGINE_TIMEOUT_MS, type TestEngine, testEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoCompose } from './support/why-no-compose.ts';

const why = await whyNoCompose();
const DEFINE = new URL('../packages/config/src/define/index.ts', import.meta.url).href;

/** Two replicas that need a job to have run, and a store that nobody restarts; with what only one instance can have. */
const FILE = `
services:
  app:
    image: $HELPER_IMAGE
    command: ["node", "-e", "
      require('http').createServer(async (_, response) => {
        const stored = await fetch('http://cupboard:7000').then((answer) => answer.text());
        response.end(require('fs').readFileSync('/things/migrated') + stored + process.env.WORD);
      }).listen(8080)"]
    environment: { WORD: "$$5" }
    ports: ["18080:8080"]
    volumes: ["things:/things:ro"]
    deploy: { replicas: 2 }
    restart: always
    mem_limit: 512m
    cpus: 0.5
    depends_on:
      migrate: { condition: service_completed_successfully }
      store: { condition: service_started }
  store:
    image: $HELPER_IMAGE
    container_name: the-only-store
    hostname: elsewhere
    command: ["node", "-e", "require('http').createServer((_, response) => response.end('stored ')).listen(7000)"]
    ports: ["17000:7000"]
    networks: { back: { aliases: [cupboard] } }
    volumes: ["state:/state"]
  migrate:
    image: $HELPER_IMAGE
    command: ["sh", "-c", "$MIGRATION"]
    volumes: ["things:/things"]
volumes:
  things: { name: the-only-things }
  state:
networks:
  back:
`;
const FIELDS = `targets: ['app', 'store'], disks: { store: { path: '/state', sizeMb: 16 } },
healthy: { http: { service: 'app', port: 8080 } }`;
const MIGRATE = 'echo migrated > /things/migrated';

describe.skipIf(why !== undefined)(
  `an instance that compose brings up${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let engine: TestEngine;
    let folder: string;
    let runtime: Runtime;
    let subject: Subject;
    const own = randomBytes(4).toString('hex');
    const labelOf = (name: string): InstanceLabel => ({
      instance: `${name}-${own}`,
      guard: 'test',
      trial: 'own/none#0',
      execution: 1,
      folder: join(folder, 'instances', name),
    });
    const makeRuntime = () =>
      createDockerRuntime({
        images: { helper: engine.image('helper') },
        subnets: '10.204.0.0/16',
        place: 'test',
        bundle: (module) => bundleProgram(module, join(tmpdir(), 'ordeal-test-programs')),
        monotonicMs,
      });

    async function subjectOf(file: string, migration: string): Promise<Subject> {
      const home = await mkdtemp(join(folder, 'subject-'));
      const filled = file
        .replaceAll('$HELPER_IMAGE', engine.image('helper'))
        .replace('$MIGRATION', migration);
      await writeFile(join(home, 'compose.yaml'), filled);
      await writeFile(
        join(home, 'ordeal.config.ts'),
        `import { composeSubject } from '${DEFINE}';
export default { subjects: [composeSubject({ name: 'own', file: './compose.yaml', ${FIELDS} })] };`,
      );
      const made = (await readSettings(join(home, 'ordeal.config.ts'))).repertoire.subjectOf('own');
      if (made === undefined) throw new Error('no subject');
      return made;
    }

    async function left(name: string): Promise<string[]> {
      const { instance, folder: place } = labelOf(name);
      const filters = { label: [`ordeal.instance=${instance}`] };
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        engine.docker.listContainers({ all: true, filters }),
        engine.docker.listNetworks({ filters }),
        engine.docker.listVolumes({ filters }),
      ]);
      return [
        ...containers.flatMap(({ Names }) => Names),
        ...networks.map(({ Name }) => Name),
        ...(volumes ?? []).map(({ Name }) => Name),
        ...processesIn(place),
        ...(existsSync(place) ? [place] : []),
      ];
    }

    const containersOf = (name: string) =>
      engine.docker.listContainers({
        all: true,
        filters: { label: [`ordeal.instance=${labelOf(name).instance}`] },
      });

    async function untilWhole(instance: Instance): Promise<void> {
      const probe = subject.observe(instance.observer);
      let seen = '';
      await waitFor(
        'the instance is whole',
        async () => {
          const { whole, detail } = await probe.whole(deadlineSignal(2_000));
          seen = detail;
          return whole || undefined;
        },
        { timeoutMs: 30_000, everyMs: 100 },
      ).catch((cause: unknown) => {
        throw new Error(seen, { cause });
      });
    }

    const incarnationOf = (instance: Instance, node: string) =>
      instance.nodes().find(({ name }) => name === node)?.incarnation ?? '';

    beforeAll(async () => {
      engine = await testEngine('helper');
      folder = await mkdtemp(join(tmpdir(), 'ordeal-compose-'));
      runtime = makeRuntime();
      subject = await subjectOf(FILE, MIGRATE);
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('is one of several, with nodes that faults hit like any other, and nothing of it is left', async () => {
      const beganMs = monotonicMs();
      const [one, two] = await Promise.all(
        ['one', 'two'].map((name) =>
          runtime.start({ label: labelOf(name), subject }, deadlineSignal(120_000)),
        ),
      );
      console.info(`two instances at once are up after ${Math.round(monotonicMs() - beganMs)} ms`);
      if (one === undefined || two === undefined) throw new Error('two were started');
      try {
        await Promise.all([untilWhole(one), untilWhole(two)]);
        const { host } = one.observer.address('app-2', 'tcp-8080');
        const answer = () => fetch(`http://${host}:8080`, { signal: deadlineSignal(2_000) });
        expect(await (await answer()).text()).toBe('migrated\nstored $5');

        // A restart policy brings a service back, in the network and with the volumes that it had.
        await one.crash('app-2', incarnationOf(one, 'app-2'));
        await untilWhole(one);
        expect(await (await answer()).text()).toBe('migrated\nstored $5');
        // Without one it stays down, until somebody starts it.
        await one.crash('store', incarnationOf(one, 'store'));
        await expect.poll(() => one.look('store')).toMatchObject({ incarnation: null, members: 0 });
        await one.startNode('store');
        await untilWhole(one);

        // Cut off in one instance, and in no other.
        const link = { from: 'app-1', to: 'store', port: 'tcp-7000' };
        await one.shape('cut', [{ kind: 'cut', link, direction: 'both' }]);
        const page = (instance: Instance) =>
          fetch(`http://${instance.observer.address('app-1', 'tcp-8080').host}:8080`, {
            signal: deadlineSignal(1_000),
          });
        await expect(page(one)).rejects.toThrow();
        expect((await page(two)).ok).toBe(true);
        await one.unshape('cut');
        await untilWhole(one);

        await one.fill('full', 'store', 50);
        expect(await one.lookAtVolume('store')).toMatchObject({ sizeBytes: 16 * 2 ** 20 });
        await one.free('full', 'store');

        // The file's own limits are no fault, and are back after one.
        const limitsOf = async () => {
          const found = (await containersOf('one')).find(({ Names }) => Names[0]?.endsWith('-app-1'));
          const { HostConfig } = await engine.docker.getContainer(found?.Id ?? '').inspect();
          return { memory: HostConfig.Memory, nanos: HostConfig.NanoCpus };
        };
        const limits = await limitsOf();
        expect(limits).toEqual({ memory: 512 * 2 ** 20, nanos: 5e8 });
        expect(await one.lookAtLimits('app-1')).toMatchObject({ cpuShare: null, memoryLimitBytes: null });
        await one.squeeze('slow', 'app-1', { cpuShare: 0.2, memoryBytes: 256 * 2 ** 20 });
        expect(await one.lookAtLimits('app-1')).toMatchObject({
          cpuShare: 0.2,
          memoryLimitBytes: 256 * 2 ** 20,
        });
        await one.relax('slow', 'app-1');
        expect(await limitsOf()).toEqual(limits);
      } finally {
        await Promise.all([one.remove(), two.remove()]);
      }
      expect([...(await left('one')), ...(await left('two'))]).toEqual([]);
    });

    it('says in compose’s words why it does not come up, and nothing is left', async () => {
      const broken = await subjectOf(
        FILE.replace('"node", "-e", "require', '"no-such-program", "require'),
        MIGRATE,
      );
      await expect(
        runtime.start({ label: labelOf('broken'), subject: broken }, deadlineSignal(120_000)),
      ).rejects.toThrow(/up -d --no-build failed \(exit code 1\).*no-such-program/s);
      expect(await left('broken')).toEqual([]);
    });

    it('is gone with the compose that was bringing it up when whoever started that is dead', async () => {
      const hanging = await subjectOf(FILE, 'sleep 1000');
      const started = runtime.start({ label: labelOf('dead'), subject: hanging }, deadlineSignal(120_000));
      const ended = started.catch((error: unknown) => error);
      await waitFor(
        'the job runs',
        async () =>
          (await containersOf('dead')).find(
            ({ Names, State }) => Names[0]?.includes('migrate') && State === 'running',
          ),
        { timeoutMs: 60_000 },
      );
      expect(processesIn(labelOf('dead').folder)).not.toEqual([]);
      expect(await makeRuntime().removeLeftovers(labelOf('dead'))).toBe(true);
      expect(await ended).toBeInstanceOf(Error);
      expect(await left('dead')).toEqual([]);
    });

    it('is given up when its time is over', async () => {
      const hanging = { ...(await subjectOf(FILE, 'sleep 1000')), startBudgetMs: 8_000 };
      await expect(
        runtime.start({ label: labelOf('late'), subject: hanging }, deadlineSignal(120_000)),
      ).rejects.toThrow(/compose has not started .*compose\.yaml within 8 s/);
      expect(await left('late')).toEqual([]);
    });
  },
);
