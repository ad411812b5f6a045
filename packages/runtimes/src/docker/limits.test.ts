import { waitFor } from '@ordeal/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EchoInstance, startEcho, waitForAnswer } from '../process/testing/start-echo.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine();
const MIB = 2 ** 20;
const UNLIMITED = { cpuShare: null, memoryLimitBytes: null };

describe.skipIf(why !== undefined)(
  `limits of containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let place: DockerPlace;
    let echo: EchoInstance;
    beforeAll(async () => {
      place = await makeDockerPlace();
      echo = await startEcho(place, 'limited');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterEach(async () => {
      expect(await echo.instance.lookAtLimits('alpha')).toMatchObject(UNLIMITED);
    });
    afterAll(async () => {
      await echo?.[Symbol.asyncDispose]();
      place?.[Symbol.dispose]();
    });

    async function crash(node: string): Promise<void> {
      const { incarnation } = await echo.instance.look(node);
      await echo.instance.crash(node, incarnation ?? '');
      await waitForAnswer(echo, node);
    }

    test('of several injections the lowest limit holds, and undoing one lifts no other', async () => {
      const { instance } = echo;
      await Promise.all([
        instance.squeeze('one', 'alpha', { cpuShare: 0.5 }),
        instance.squeeze('two', 'alpha', { cpuShare: 0.25, memoryBytes: 200 * MIB }),
      ]);
      const both = { cpuShare: 0.25, memoryLimitBytes: 200 * MIB };
      expect(await instance.lookAtLimits('alpha')).toMatchObject(both);
      await instance.squeeze('two', 'alpha', { cpuShare: 0.1 });
      expect(await instance.lookAtLimits('alpha')).toMatchObject(both);
      await instance.relax('two', 'alpha');
      expect(await instance.lookAtLimits('alpha')).toMatchObject({ cpuShare: 0.5, memoryLimitBytes: null });
      expect(await instance.lookAtLimits('beta')).toMatchObject(UNLIMITED);
      await instance.relax('one', 'alpha');
      await instance.relax('one', 'alpha');
    });

    test('the kernel holds the next life back as well', async () => {
      const { instance } = echo;
      expect(await instance.lookAtLimits('alpha')).toMatchObject({ throttledPeriods: 0 });
      await instance.squeeze('slow', 'alpha', { cpuShare: 0.2 });
      await crash('alpha');
      const { cpuShare, throttledPeriods } = await instance.lookAtLimits('alpha');
      expect(cpuShare).toBe(0.2);
      // Programs start with more work than a fifth of a core can do at once.
      expect(throttledPeriods).toBeGreaterThan(0);
      await instance.relax('slow', 'alpha');
    });

    test('a node that wants more memory than it may have is killed, and lives once it may have it', async () => {
      const { instance } = echo;
      const deaths: string[] = [];
      const unsubscribe = instance.onNode(({ node, kind, detail }) => {
        if (node === 'alpha' && kind === 'died') deaths.push(detail);
      });
      const { memoryUsedBytes } = await instance.lookAtLimits('alpha');
      expect(memoryUsedBytes).toBeGreaterThan(10 * MIB);
      // No program of Node starts in so little; a running one may be refused a limit below what it uses.
      await instance.hold('down', 'alpha');
      expect(await instance.lookAtLimits('alpha')).toMatchObject({ ...UNLIMITED, memoryUsedBytes: 0 });
      await instance.squeeze('small', 'alpha', { memoryBytes: 1 });
      expect(await instance.lookAtLimits('alpha')).toMatchObject({ memoryLimitBytes: 6 * MIB });
      await instance.release('down', 'alpha');
      await waitFor(
        'killed for want of memory',
        async () => deaths.includes('killed for want of memory') || undefined,
        {
          timeoutMs: 20_000,
        },
      );
      await instance.relax('small', 'alpha');
      await waitForAnswer(echo, 'alpha');
      unsubscribe();
    });

    test('limits of a node that is gone are gone', async () => {
      const gone = await startEcho(place, 'gone');
      await gone.instance.squeeze('one', 'alpha', { cpuShare: 0.5 });
      await gone.instance.remove();
      await gone.instance.relax('one', 'alpha');
      expect(await gone.instance.lookAtLimits('alpha')).toMatchObject(UNLIMITED);
    });
  },
);
