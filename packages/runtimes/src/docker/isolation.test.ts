import { CLIENT_ROLE, type Instance, type Link, type NodeLook, waitFor } from '@ordeal/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pingEcho } from '../process/testing/ping-echo.ts';
import { type EchoInstance, startEcho, waitForAnswer } from '../process/testing/start-echo.ts';
import { settleAll } from '../settle-all.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine();
const NAMES = ['hit', 'near1', 'near2', 'near3'];
const NOTHING = { containers: 0, networks: 0, volumes: 0 };
/** The program of a double, with the three that it starts. */
const ECHO_MEMBERS = 4;
/** An answer takes a millisecond, and longer on a busy machine: what takes as long as this is silence. */
const SILENCE_MS = 3_000;

describe.skipIf(why !== undefined)(
  `four instances on one engine${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    const echoes = new Map<string, EchoInstance>();
    let place: DockerPlace;
    beforeAll(async () => {
      place = await makeDockerPlace();
      await settleAll(NAMES.map(async (name) => echoes.set(name, await startEcho(place, name))));
      await settleAll(instances().map(grown));
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(async () => {
      await settleAll([...echoes.values()].map(({ instance }) => instance.remove()));
      place?.[Symbol.dispose]();
    });

    const echoOf = (name: string): EchoInstance => {
      const echo = echoes.get(name);
      if (echo === undefined) throw new Error(`${name} did not start`);
      return echo;
    };
    const instances = () => NAMES.map((name) => echoOf(name).instance);
    const hit = () => echoOf('hit').instance;
    const others = () => instances().slice(1);

    test('a node that is cut off in one answers nobody there, and every link of the others carries on', async () => {
      const silent = () => settleAll(instances().map(silentLinks));
      const ofAlpha = hit().topology.links.filter(({ from, to }) => from === 'alpha' || to === 'alpha');
      expect(await silent()).toEqual([[], [], [], []]);
      const means: string[] = [];
      const deaf = hit().onNode(({ kind, detail }) => kind === 'shaped' && means.push(detail));
      await hit().shape(
        'fault',
        ofAlpha.map((link) => ({ kind: 'cut', link, direction: 'both' })),
      );
      deaf();
      // Told once by each node that dials, for the trial's timeline.
      expect(means).toEqual([...new Set(ofAlpha.map(({ from }) => from))].map(() => 'cut by iptables'));
      expect(ofAlpha).toHaveLength(3);
      expect(await silent()).toEqual([ofAlpha, [], [], []]);
      // The same name in another instance is another injection.
      await settleAll(others().map((instance) => instance.unshape('fault')));
      expect(await silentLinks(hit())).toEqual(ofAlpha);
      await hit().unshape('fault');
      expect(await silent()).toEqual([[], [], [], []]);
    });

    test('a node killed and a node paused in one change no life, and no answer, in the others', async () => {
      const before = await settleAll(others().map(looks));
      const events: string[] = [];
      const deaf = others().map((instance) =>
        instance.onNode(({ kind, node }) => kind !== 'noise' && events.push(`${node} ${kind}`)),
      );
      const [alpha, beta] = await Promise.all([hit().look('alpha'), hit().look('beta')]);
      await hit().pause('fault', 'alpha', alpha.incarnation ?? '');
      await hit().crash('beta', beta.incarnation ?? '');
      const [during, silent] = await Promise.all([
        settleAll(others().map(looks)),
        settleAll(others().map(silentLinks)),
      ]);
      expect(during).toEqual(before);
      expect(silent).toEqual([[], [], []]);
      expect(await hit().look('alpha')).toMatchObject({ ...alpha, stopped: ECHO_MEMBERS });
      await hit().resume('fault', 'alpha');
      await waitForAnswer(echoOf('hit'), 'alpha');
      await waitForAnswer(echoOf('hit'), 'beta');
      expect((await hit().look('beta')).incarnation).not.toBe(beta.incarnation);
      expect(await settleAll(others().map(looks))).toEqual(before);
      expect(events).toEqual([]);
      for (const stop of deaf) stop();
    });

    test('the removal of one leaves the others as they are, and that of all leaves nothing', async () => {
      const left = () => settleAll(NAMES.map((name) => place.left(name)));
      const all = { containers: 8, networks: 1, volumes: 3 };
      const before = await settleAll(others().map(looks));
      expect(await left()).toEqual([all, all, all, all]);
      await hit().remove();
      expect(await left()).toEqual([NOTHING, all, all, all]);
      expect(await settleAll(others().map(looks))).toEqual(before);
      expect(await settleAll(others().map(silentLinks))).toEqual([[], [], []]);
      await settleAll(others().map((instance) => instance.remove()));
      expect(await left()).toEqual([NOTHING, NOTHING, NOTHING, NOTHING]);
    });
  },
);

/** The links that nothing comes back on, all of them asked at once. A refusal is no silence, and fails. */
async function silentLinks(instance: Instance): Promise<Link[]> {
  const { links } = instance.topology;
  const answered = await settleAll(
    links.map((link) =>
      pingEcho(instance.dial(link), AbortSignal.timeout(SILENCE_MS)).then(
        () => true,
        (error: Error) => {
          if (error.name === 'TimeoutError') return false;
          throw error;
        },
      ),
    ),
  );
  return links.filter((_, index) => !answered[index]);
}

function looks(instance: Instance): Promise<NodeLook[]> {
  return settleAll(instance.topology.nodes.map(({ name }) => instance.look(name)));
}

/** Waits until all of the servers' processes are there: from then on a look changes only when something happens. */
async function grown(instance: Instance): Promise<void> {
  const servers = instance.topology.nodes.filter(({ role }) => role !== CLIENT_ROLE);
  const haveGrown = async () => {
    const seen = await settleAll(servers.map(({ name }) => instance.look(name)));
    return seen.every(({ members }) => members === ECHO_MEMBERS) || undefined;
  };
  await waitFor('the processes of the doubles', haveGrown, { timeoutMs: 30_000 });
}
