import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { bundleProgram } from '../bundle-program.ts';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '../testing/index.ts';
import { engineSocket, guardHome } from './guard-home.ts';
import { startBesideEngine } from './start-beside-engine.ts';

const REMOTE = { engine: 'tcp://192.0.2.1:2376' };

it('is beside an engine that is reached over the network, unless the settings keep it here', async () => {
  expect(await guardHome(REMOTE)).toBe('container');
  expect(await guardHome({ ...REMOTE, guard: 'process' })).toBe('process');
  expect(await engineSocket(REMOTE)).toBe('/var/run/docker.sock');
  expect(await engineSocket({ ...REMOTE, socket: '/run/other.sock' })).toBe('/run/other.sock');
});

const why = whyNoTestEngine();
describe.skipIf(why !== undefined)(`an engine here${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  it(
    'has its guard beside the worker, but for a worker in one of its containers',
    async () => {
      const engine = await testEngine('helper');
      const socket = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '');
      expect(await guardHome({})).toBe('process');
      expect(await engineSocket({})).toBe(socket);
      const name = `ordeal-test-${randomBytes(5).toString('hex')}`;
      const module = fileURLToPath(new URL('testing/tell-guard-home.ts', import.meta.url));
      const inContainer = await startBesideEngine(
        { images: { helper: engine.image('helper') } },
        {
          name,
          args: ['/program.mjs'],
          files: { '/program.mjs': await bundleProgram(module, join(tmpdir(), 'ordeal-test-programs')) },
          env: {},
          volume: { name, path: '/data', labels: {} },
          labels: {},
          socket,
        },
      );
      try {
        const [said, complaints] = await Promise.all([text(inContainer.stdout), text(inContainer.stderr)]);
        expect(complaints).toBe('');
        expect(JSON.parse(said)).toEqual({ home: 'container', socket });
      } finally {
        await inContainer.kill();
        const removed = () =>
          engine.docker
            .getVolume(name)
            .remove()
            .then(
              () => true,
              () => undefined,
            );
        // The container that held it may be going just now.
        await waitFor('the volume is removed', removed, { timeoutMs: 10_000 });
      }
    },
    TEST_ENGINE_TIMEOUT_MS,
  );
});
