import { buffer } from 'node:stream/consumers';
import type { Link, LinkRule } from '@ordeal/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pingEcho } from '../process/testing/ping-echo.ts';
import { type EchoInstance, startEcho } from '../process/testing/start-echo.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine();
/** Many times a round trip, less than the first resend of a connect. */
const SILENCE_MS = 500;

describe.skipIf(why !== undefined)(
  `links between containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let place: DockerPlace;
    let echo: EchoInstance;
    beforeAll(async () => {
      place = await makeDockerPlace();
      echo = await startEcho(place, 'linked');
    }, TEST_ENGINE_TIMEOUT_MS);
    afterEach(async () => {
      await echo.instance.unshape('one');
    });
    afterAll(async () => {
      await echo?.[Symbol.asyncDispose]();
      place?.[Symbol.dispose]();
    });

    const toAlpha = (from: string): Link => ({ from, to: 'alpha', port: 'main' });
    const cut = (link: Link): LinkRule => ({ kind: 'cut', link, direction: 'both' });
    async function isSilent(link: Link): Promise<boolean> {
      const signal = AbortSignal.timeout(SILENCE_MS);
      return pingEcho(echo.instance.dial(link), signal).then(
        () => false,
        (error: unknown) => {
          if (signal.aborted) return true;
          throw error;
        },
      );
    }

    /** As somebody with a shell on the engine's machine does it. */
    async function runInNamespaceOf(node: string, ...command: string[]): Promise<void> {
      const name = `ordeal-${echo.instance.label.instance}-${node}-helper`;
      const run = await place.engine.docker
        .getContainer(name)
        .exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
      const output = String(await buffer(await run.start({})));
      expect((await run.inspect()).ExitCode, output).toBe(0);
    }

    test('the rules of an injection are those that it was given last', async () => {
      const [beta, gamma] = [toAlpha('beta'), toAlpha('gamma')];
      await echo.instance.shape('one', [cut(beta)]);
      expect([await isSilent(beta), await isSilent(gamma)]).toEqual([true, false]);
      await echo.instance.shape('one', [cut(gamma)]);
      expect([await isSilent(beta), await isSilent(gamma)]).toEqual([false, true]);
      await echo.instance.shape('one', []);
      expect([await isSilent(beta), await isSilent(gamma)]).toEqual([false, false]);
    });

    test('a queue that somebody put on a node is named, left alone, and nothing is done beside it', async () => {
      const link = toAlpha('beta');
      const queue = ['qdisc', 'add', 'dev', 'eth0', 'root', 'handle', '7:', 'pfifo'];
      await runInNamespaceOf('beta', 'tc', ...queue);
      await expect(echo.instance.shape('one', [cut(link)])).rejects.toMatchObject({
        code: 'TARGET_FAILED',
        message: expect.stringContaining('qdisc pfifo 7: dev eth0 root'),
      });
      expect(await isSilent(link)).toBe(false);
      await echo.instance.unshape('one');
      await runInNamespaceOf('beta', 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
      await echo.instance.shape('one', [cut(link)]);
      expect(await isSilent(link)).toBe(true);
    });
  },
);
