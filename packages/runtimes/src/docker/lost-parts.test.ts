import { type NodeEvent, waitFor } from '@ordeal/core';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEcho } from '../process/testing/start-echo.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine();
const NOTHING = { containers: 0, networks: 0, volumes: 0 };

interface Names {
  readonly network: string;
  readonly target: string;
  readonly helper: string;
}

/** What somebody who should not be there may do to the instance. */
const ACTS: [string, RegExp, (docker: Docker, names: Names) => Promise<unknown>][] = [
  [
    'removes the container of a node',
    /^somebody removed its container: /,
    (docker, { target }) => docker.getContainer(target).remove({ force: true }),
  ],
  [
    'removes the container of a helper',
    /^somebody removed the container of its helper: /,
    (docker, { helper }) => docker.getContainer(helper).remove({ force: true }),
  ],
  [
    'kills a helper',
    /^its helper ended \(SIGKILL\)/,
    (docker, { helper }) => docker.getContainer(helper).kill({ signal: 'SIGKILL' }),
  ],
  [
    'takes a node off its network',
    /^somebody took it off its network: /,
    (docker, { network, helper }) =>
      docker.getNetwork(network).disconnect({ Container: helper, Force: true }),
  ],
  [
    'removes the network',
    /^somebody (removed the network|took it off its network)/,
    async (docker, { network }) => {
      const { Containers: members = {} } = await docker.getNetwork(network).inspect();
      for (const id of Object.keys(members)) {
        await docker.getNetwork(network).disconnect({ Container: id, Force: true });
      }
      await docker.getNetwork(network).remove();
    },
  ],
];

describe.skipIf(why !== undefined)(
  `an instance that somebody else lays hands on${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let place: DockerPlace;
    beforeAll(async () => {
      place = await makeDockerPlace();
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(() => place?.[Symbol.dispose]());

    test.each(ACTS)('who %s is told of, once, and all is removed', async (title, detail, act) => {
      const name = title.replaceAll(' ', '-');
      const { instance } = await startEcho(place, name);
      try {
        const events: NodeEvent[] = [];
        instance.onNode((event) => events.push(event));
        const network = `ordeal-${instance.label.instance}`;
        const target = `${network}-beta`;
        await act(place.engine.docker, { network, target, helper: `${target}-helper` });
        const lost = await waitFor('the loss', () => events.find(({ kind }) => kind === 'lost'), {
          timeoutMs: 10_000,
        });
        expect(lost.detail).toMatch(detail);
        const heardLater: NodeEvent[] = [];
        instance.onNode((event) => heardLater.push(event));
        expect(heardLater).toEqual([lost]);
        if (title !== 'removes the network') expect(lost.node).toBe('beta');
        await instance.remove();
        expect(events.filter(({ kind }) => kind === 'lost')).toHaveLength(1);
        expect(await place.left(name)).toEqual(NOTHING);
      } finally {
        await instance.remove();
      }
    });
  },
);
