import { type Instance, type NodeEvent, type Subject, waitFor } from '@ordeal/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { echoSubject, RESTART_DELAY_MS } from '../process/testing/echo-subject.ts';
import { pingEcho } from '../process/testing/ping-echo.ts';
import { startEcho, waitForAnswer } from '../process/testing/start-echo.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine();
const NOTHING = { containers: 0, networks: 0, volumes: 0 };
/** The program of a double, with the three that it starts. */
const ECHO_MEMBERS = 4;

describe.skipIf(why !== undefined)(
  `instances on an engine${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let place: DockerPlace;
    beforeAll(async () => {
      place = await makeDockerPlace();
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(() => place?.[Symbol.dispose]());

    const grown = (instance: Instance, node: string, not?: string) =>
      waitFor(
        `the processes of ${node}`,
        async () => {
          const { incarnation, members } = await instance.look(node);
          return incarnation !== null && incarnation !== not && members === ECHO_MEMBERS
            ? incarnation
            : undefined;
        },
        { timeoutMs: 30_000 },
      );
    const ping = (instance: Instance, node: string) =>
      pingEcho(instance.observer.address(node, 'main'), AbortSignal.timeout(5_000));

    test('nodes start, do their work by name, and are removed with all that was made for them', async () => {
      const echo = await startEcho(place, 'whole');
      const { instance } = echo;
      try {
        const acks = await new Promise<number>((resolve) => {
          let count = 0;
          instance.onLoad(({ ok }) => ok && ++count === 3 && resolve(count));
        });
        expect(acks).toBe(3);
        for (const link of instance.topology.links) {
          expect(await pingEcho(instance.dial(link), AbortSignal.timeout(5_000))).toBeGreaterThan(0);
        }
        expect(await place.left('whole')).toEqual({ containers: 8, networks: 1, volumes: 3 });
      } finally {
        await Promise.all([instance.remove(), instance.remove()]);
      }
      await instance.remove();
      expect(await place.left('whole')).toEqual(NOTHING);
      expect(await instance.look('alpha')).toMatchObject({ incarnation: null, members: 0 });
    });

    test('a crash kills the whole node, and the supervisor starts it again at the same address', async () => {
      await using echo = await startEcho(place, 'crashed');
      const { instance } = echo;
      const events: NodeEvent[] = [];
      instance.onNode((event) => events.push(event));
      const address = instance.observer.address('beta', 'main');
      const first = await grown(instance, 'beta');
      await instance.crash('beta', first);
      expect(await instance.look('beta')).toMatchObject({ incarnation: null, members: 0 });
      const second = await grown(instance, 'beta', first);
      expect(second.split('@')[0]).toBe(first.split('@')[0]);
      const [died, started] = events.filter(({ node }) => node === 'beta');
      expect(died).toMatchObject({ kind: 'died', incarnation: first, detail: 'SIGKILL' });
      expect(started).toMatchObject({ kind: 'started', incarnation: second });
      // Timers and the clock may disagree by a millisecond.
      expect((started?.atMs ?? 0) - (died?.atMs ?? 0)).toBeGreaterThan(RESTART_DELAY_MS - 5);
      expect(instance.observer.address('beta', 'main')).toEqual(address);
      await waitForAnswer(echo, 'beta');
      await pingEcho(instance.dial({ from: 'client', to: 'beta', port: 'main' }), AbortSignal.timeout(5_000));
      // An incarnation that is no more is not killed again.
      await instance.crash('beta', first);
      expect((await instance.look('beta')).incarnation).toBe(second);
    });

    test('a held node stays down until the last holder lets go', async () => {
      await using echo = await startEcho(place, 'held');
      const { instance } = echo;
      await instance.hold('one', 'gamma');
      await instance.hold('two', 'gamma');
      await instance.startNode('gamma');
      await instance.release('one', 'gamma');
      expect(await instance.look('gamma')).toMatchObject({ incarnation: null, members: 0 });
      await expect(ping(instance, 'gamma')).rejects.toThrow('ECONNREFUSED');
      await instance.release('two', 'gamma');
      await waitForAnswer(echo, 'gamma');
    });

    test('a paused node stands still as a whole until the last pause is lifted', async () => {
      await using echo = await startEcho(place, 'paused');
      const { instance } = echo;
      const incarnation = await grown(instance, 'alpha');
      await instance.pause('one', 'alpha', incarnation);
      await instance.pause('two', 'alpha', incarnation);
      expect(await instance.look('alpha')).toMatchObject({
        incarnation,
        members: ECHO_MEMBERS,
        stopped: ECHO_MEMBERS,
      });
      await expect(
        pingEcho(instance.observer.address('alpha', 'main'), AbortSignal.timeout(400)),
      ).rejects.toThrow(/timeout/);
      await instance.resume('one', 'alpha');
      expect((await instance.look('alpha')).stopped).toBe(ECHO_MEMBERS);
      await instance.resume('two', 'alpha');
      await instance.resume('two', 'alpha');
      expect(await instance.look('alpha')).toMatchObject({ incarnation, stopped: 0 });
      await ping(instance, 'alpha');
      // Killed while it stands still, it comes back moving.
      await instance.pause('one', 'alpha', incarnation);
      await instance.crash('alpha', incarnation);
      await grown(instance, 'alpha', incarnation);
      await waitForAnswer(echo, 'alpha');
    });

    test('two instances do not know of each other, and the removal of one leaves the other', async () => {
      await using one = await startEcho(place, 'one');
      const two = await startEcho(place, 'two');
      await one.instance.hold('fault', 'alpha');
      await ping(two.instance, 'alpha');
      await one.instance.release('fault', 'alpha');
      await two.instance.remove();
      expect(await place.left('two')).toEqual(NOTHING);
      await waitForAnswer(one, 'alpha');
    });

    test('what an owner left that is gone is removed by the label alone', async () => {
      const { instance } = await startEcho(place, 'left');
      expect(await place.runtime.removeLeftovers(instance.label)).toBe(true);
      expect(await place.left('left')).toEqual(NOTHING);
      expect(await place.runtime.removeLeftovers(instance.label)).toBe(true);
      await instance.remove();
    });

    test('a container that somebody else removed is seen, and ends nothing else', async () => {
      await using echo = await startEcho(place, 'robbed');
      const { instance } = echo;
      const died = new Promise<NodeEvent>((resolve) => {
        instance.onNode((event) => event.node === 'beta' && event.kind === 'died' && resolve(event));
      });
      const [id = ''] = (await grown(instance, 'beta')).split('@');
      await place.engine.docker.getContainer(id).remove({ force: true });
      expect((await died).detail).toMatch(/SIGKILL|somebody removed its container/);
      expect(await instance.look('beta')).toMatchObject({ incarnation: null, members: 0 });
      await ping(instance, 'alpha');
    });

    test('a start that fails half way says why, and removes what it made', async () => {
      const subject: Subject = {
        ...echoSubject,
        prepareContainer: (site) => {
          const launch = echoSubject.prepareContainer?.(site);
          if (launch === undefined) throw new Error('the double prepares');
          if (site.node.name !== 'beta') return launch;
          return { ...launch, kind: 'image', image: { name: 'none', published: 'ordeal-test/none:1' } };
        },
      };
      const start = place.runtime.start({ label: place.label('half'), subject }, AbortSignal.timeout(60_000));
      await expect(start).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringMatching(
          /^No such image: ordeal-test\/none:1\. Load it, .*runtimes\.docker\.images/,
        ),
      });
      expect(await place.left('half')).toEqual(NOTHING);
    });

    test('an aborted start removes what it made', async () => {
      const abort = new AbortController();
      const start = place.runtime.start(
        { label: place.label('aborted'), subject: echoSubject },
        abort.signal,
      );
      await waitFor(
        'the network',
        async () => ((await place.left('aborted')).networks > 0 ? true : undefined),
        {
          timeoutMs: 30_000,
        },
      );
      abort.abort(new Error('stopped'));
      await expect(start).rejects.toThrow('stopped');
      expect(await place.left('aborted')).toEqual(NOTHING);
    });
  },
);
