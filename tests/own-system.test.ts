import { randomUUID } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitFor } from '@ordeal/core';
import { descendantsOf, pidOf } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, type TestEngine, testEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { type DockerWorld, openDockerWorld } from './support/docker-world.ts';
import { leftForGood } from './support/left-for-good.ts';
import { whyNoCompose } from './support/why-no-compose.ts';
import type { Running } from './support/world.ts';

const CHECKOUT = resolve(import.meta.dirname, '..');
const EXAMPLE = join(CHECKOUT, 'examples/own-system');
/** Other checkouts' tests build the same on the same engine. */
const BUILT = `ordeal-test=${randomUUID()}`;
const why = await whyNoCompose();

it('is shown in the docs as it is', async () => {
  const page = await readFile(join(CHECKOUT, 'docs/your-own-system.md'), 'utf8');
  for (const name of ['ordeal.config.ts', 'campaign.yaml']) {
    expect(page, name).toContain(await readFile(join(EXAMPLE, name), 'utf8'));
  }
});

describe.skipIf(why !== undefined)(
  `a system of one’s own, from its compose file${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let world: DockerWorld;
    let engine: TestEngine;
    beforeAll(async () => {
      world = await openDockerWorld('redis');
      engine = await testEngine('helper', 'redis');
      const { image } = engine;
      // No registry is near: the images that the file names by variables are those of the tests.
      Object.assign(world.env, { NODE_IMAGE: image('helper'), REDIS_IMAGE: image('redis') });
      const { home } = world.folders;
      const settings = await readFile(join(home, 'ordeal.config.mjs'), 'utf8');
      await cp(EXAMPLE, home, { recursive: true });
      await rename(join(home, 'ordeal.config.ts'), join(home, 'own-system.ts'));
      await symlinkPackage(home);
      await appendFile(join(home, 'web/Dockerfile'), `LABEL ${BUILT}\n`);
      await writeFile(
        join(home, 'ordeal.config.mjs'),
        `import own from './own-system.ts';\n${settings.replace('export default', 'const engine =')}export default { ...own, ...engine };\n`,
      );
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      const built = await engine?.docker.listImages({ filters: { label: [BUILT] } });
      await Promise.all((built ?? []).map(({ Id }) => engine.docker.getImage(Id).remove({ force: true })));
    });

    it('is killed, slowed down and cut off like any other, two at a time, and nothing is left', async () => {
      const file = join(world.folders.home, 'campaign.yaml');
      const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
      expect(stderr).toBe('');
      expect(code, stdout).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const trials = await world.store.listTrials(campaign?.id ?? '');
      console.info(
        trials
          .map(({ key, outcome, record }) => {
            const { activeMs, impairedMs, servingAgainMs, degradedMs, wholeAgainMs, undoneMs } = record ?? {};
            const ms = { activeMs, impairedMs, servingAgainMs, degradedMs, wholeAgainMs, undoneMs };
            return `${key} ${outcome} ${JSON.stringify(ms)}`;
          })
          .join('\n'),
      );
      expect(Object.fromEntries(trials.map((trial) => [trial.key, trial.outcome]))).toEqual({
        'visits/node_kill#0': 'resolved',
        'visits/latency#0': 'resolved',
        'visits/network_partition#0': 'resolved',
        'visits/none#0': 'quiet',
      });
      for (const { key, record } of trials)
        expect(record, key).toMatchObject({ wholeAfterUndo: true, findings: [] });
      expect(await leftForGood(() => world.left())).toEqual([]);
      expect(world.trialProcesses()).toEqual([]);
    });

    /** Runs a worker until a fault is active; its family: the guard is its only direct child. */
    async function killInTheMiddle(whom: (worker: Running) => void): Promise<Running> {
      const worker = world.start(['worker']);
      const file = await world.file(
        shortCampaign({ subject: 'visits', chaos: '  - { type: process_pause, target: redis }' }),
      );
      expect((await world.ordeal('enqueue', file)).code).toBe(0);
      const [campaign] = await world.store.listCampaigns();
      const [trial] = await world.store.listTrials(campaign?.id ?? '');
      await waitFor(
        'a fault is active',
        async () =>
          (await world.store.openInjections()).find(
            ({ state, trialId }) => state === 'active' && trialId === trial?.id,
          ),
        { timeoutMs: 120_000 },
      );
      expect(await world.left()).not.toEqual([]);
      whom(worker);
      await worker.ended;
      return worker;
    }

    /** Whoever starts next must not take it up again. */
    async function cancelLast(): Promise<void> {
      const id = (await world.store.listCampaigns()).at(0)?.id ?? '';
      expect((await world.ordeal('cancel', id)).code).toBe(0);
    }

    it('is removed by the guard when the worker is killed in the middle', async () => {
      await killInTheMiddle(({ child }) => child.kill('SIGKILL'));
      expect(await leftForGood(() => world.left())).toEqual([]);
      await cancelLast();
    });

    it('is removed by whoever sweeps when the guard is killed as well', async () => {
      await killInTheMiddle(({ child, pid }) => {
        const [guard] = descendantsOf(pid);
        process.kill(pidOf(guard ?? ''), 'SIGKILL');
        child.kill('SIGKILL');
      });
      expect(await world.left()).not.toEqual([]);
      const swept = await world.ordeal('doctor', '--sweep', '--json');
      expect(swept.stdout, swept.stderr).toContain('swept');
      expect(await leftForGood(() => world.left())).toEqual([]);
      expect(await readdir(join(world.folders.data, 'guards'))).toEqual([]);
      await cancelLast();
    });
  },
);

/** What `npm install /path/to/ordeal` does: a link. */
async function symlinkPackage(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'));
  await symlink(CHECKOUT, join(folder, 'node_modules/ordeal'));
}
