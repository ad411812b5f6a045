import { randomInt } from 'node:crypto';
import { chmodSync, chownSync } from 'node:fs';
import { type NodeEvent, waitFor } from '@ordeal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { echoSubject } from '../process/testing/echo-subject.ts';
import { startEcho } from '../process/testing/start-echo.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import {
  type EngineProxy,
  openEngineProxy,
  TEST_ENGINE_TIMEOUT_MS,
  whyNoTestEngine,
} from './testing/index.ts';
import { testEngine } from './testing/test-engine.ts';
import { whyNoEngine } from './why-not.ts';

const why = whyNoTestEngine();
const NOTHING = { containers: 0, networks: 0, volumes: 0 };
/** One that has no rights of its own. */
const NOBODY = 65_534;

describe.skipIf(why !== undefined)(
  `an engine that fails${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let proxy: EngineProxy;
    let place: DockerPlace;
    beforeEach(async () => {
      await testEngine('helper');
      proxy = await openEngineProxy();
      place = await makeDockerPlace({ engine: proxy.address });
    }, TEST_ENGINE_TIMEOUT_MS);
    afterEach(() => {
      place?.[Symbol.dispose]();
      proxy?.[Symbol.dispose]();
    });

    async function startWatched(name: string) {
      const { instance } = await startEcho(place, name);
      const events: NodeEvent[] = [];
      instance.onNode((event) => events.push(event));
      const lost = () =>
        waitFor('the loss', () => events.find(({ kind }) => kind === 'lost'), { timeoutMs: 20_000 });
      /** At once, whatever the reason turns out to be. */
      const doubted = () =>
        waitFor('the doubt', () => events.find(({ kind }) => kind === 'doubted'), { timeoutMs: 2_000 });
      return { instance, doubted, lost };
    }

    test('gone: a removal says why it cannot, and can when it is back', async () => {
      const { instance } = await startWatched('gone');
      try {
        proxy.cut();
        const away = `the Docker engine at ${proxy.address} does not answer`;
        await expect(instance.remove()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: away });
        await expect(place.runtime.removeLeftovers(instance.label)).rejects.toThrow(away);
      } finally {
        await proxy.restore();
        await instance.remove();
      }
      expect(await place.left('gone')).toEqual(NOTHING);
    });

    test('gone for long in a trial: told after some tries, with where it was looked for', async () => {
      const { instance, doubted, lost } = await startWatched('long');
      try {
        proxy.cut();
        await doubted();
        expect((await lost()).detail).toContain(`engine at ${proxy.address} does not answer`);
      } finally {
        await proxy.restore();
        await instance.remove();
      }
      expect(await place.left('long')).toEqual(NOTHING);
    });

    test('restarted in a trial: the helpers have heard the end of their line', async () => {
      const { instance, lost } = await startWatched('restarted');
      try {
        await proxy.restore();
        expect((await lost()).detail).toBe('the line to its helper broke: was the engine restarted?');
      } finally {
        await instance.remove();
      }
      expect(await place.left('restarted')).toEqual(NOTHING);
    });

    test('hanging: what is asked of it ends, and says what took how long', async () => {
      const { instance } = await startWatched('hanging');
      const incarnation = instance.nodes()[0]?.incarnation ?? '';
      try {
        proxy.hang();
        const asked = await Promise.allSettled([
          instance.unshape('cut'),
          instance.crash('alpha', incarnation),
        ]);
        expect(asked.map((one) => one.status === 'rejected' && one.reason.message)).toEqual([
          expect.stringMatching(/^unshape, asked of the agent in a node's namespace: not within 10 s/),
          `the Docker engine at ${proxy.address} has not managed to kill a node within 30 s`,
        ]);
      } finally {
        await proxy.restore();
        await instance.remove();
      }
      expect(await place.left('hanging')).toEqual(NOTHING);
    }, 120_000);

    test.skipIf(process.getuid?.() !== 0)('whose socket is not for us', async () => {
      const path = proxy.address.replace('unix://', '');
      chownSync(path, 0, 0);
      chmodSync(path, 0o660);
      process.setegid?.(NOBODY);
      process.seteuid?.(NOBODY);
      const refusal = await whyNoEngine({ engine: proxy.address }).finally(() => {
        process.seteuid?.(0);
        process.setegid?.(0);
      });
      expect(refusal).toMatch(
        /^this user may not talk to the Docker engine at .*: root may, and so may members of its group/,
      );
      expect(await whyNoEngine({ engine: proxy.address }), 'root may').toBeUndefined();
    });

    test('whose pool of subnets is used up by others', async () => {
      const cidr = `10.204.${randomInt(256)}.0/27`;
      const poor = await makeDockerPlace({ subnets: cidr });
      const { docker } = place.engine;
      const other = await docker.createNetwork({
        Name: `somebody-else-${process.pid}`,
        IPAM: { Config: [{ Subnet: cidr }] },
      });
      try {
        const start = poor.runtime.start(
          { label: poor.label('poor'), subject: echoSubject },
          AbortSignal.timeout(60_000),
        );
        await expect(start).rejects.toMatchObject({
          code: 'ENGINE_UNAVAILABLE',
          message: expect.stringMatching(
            /^no subnet of .* is free: remove networks .*runtimes.docker.subnets/,
          ),
        });
        expect(await poor.left('poor')).toEqual(NOTHING);
      } finally {
        await other.remove();
        poor[Symbol.dispose]();
      }
    });
  },
);
