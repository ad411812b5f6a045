import type { Instance, Link } from '@ordeal/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEcho } from '../process/testing/start-echo.ts';
import { settleAll } from '../settle-all.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { NO_TRACES, namesOnHost, tracesOf, whyNoHostTraces } from './testing/host-traces.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine() ?? whyNoHostTraces();
const INSTANCES = Number(process.env.ORDEAL_SOAK_INSTANCES ?? 8);
const AT_ONCE = 2;
/** Far above what one takes on a busy machine, some six seconds. */
const TIMEOUT_MS = 60_000 + INSTANCES * 30_000;

/** Of the double's nodes, all but the client have one. */
const VOLUMES = 3;
const NOTHING = { containers: 0, networks: 0, volumes: 0 };
const TO_ALPHA: Link = { from: 'client', to: 'alpha', port: 'main' };

const incarnationOf = (instance: Instance, node: string) =>
  instance.nodes().find(({ name }) => name === node)?.incarnation ?? '';

/** Nobody undoes them: what a trial that was cut short leaves to the removal. */
const FAULTS: ((instance: Instance) => Promise<void>)[] = [
  (instance) => instance.shape('fault', [{ kind: 'cut', link: TO_ALPHA, direction: 'both' }]),
  (instance) => instance.pause('fault', 'alpha', incarnationOf(instance, 'alpha')),
  (instance) => instance.fill('fault', 'alpha', 100),
  (instance) => instance.hold('fault', 'alpha'),
];

describe.skipIf(why !== undefined)(
  `the engine's machine${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let place: DockerPlace;
    beforeAll(async () => {
      place = await makeDockerPlace();
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(() => place?.[Symbol.dispose]());

    /** Starts an instance, and removes it with a fault on; the names that the machine knew it by. */
    async function liveOnce(index: number): Promise<string[]> {
      const name = `soak${index}`;
      const { instance } = await startEcho(place, name);
      const { nodes } = instance.topology;
      try {
        const names = await namesOnHost(place.engine.docker, instance.label.instance);
        const { links, rules, processes, mounts } = await tracesOf(names);
        // Else it would say nothing that there are none of them later.
        expect(links, 'a bridge, and a cable to each node').toHaveLength(1 + nodes.length);
        expect(rules).not.toEqual([]);
        const shims = processes.filter((line) => line.includes('containerd-shim'));
        expect(shims, "each node's two containers").toHaveLength(2 * nodes.length);
        expect(mounts.filter((line) => line.includes('/netns/'))).toHaveLength(nodes.length);
        expect(mounts.filter((line) => line.includes('/volumes/'))).toHaveLength(VOLUMES);
        await FAULTS[index % FAULTS.length]?.(instance);
        return names;
      } finally {
        await instance.remove();
      }
    }

    test(
      `keeps nothing of ${INSTANCES} instances, ${AT_ONCE} at a time, each removed with a fault on`,
      async () => {
        // One iterator for all lanes: each takes the next that nobody has.
        const indexes = Array.from({ length: INSTANCES }, (_, index) => index).values();
        const names: string[] = [];
        const lane = async () => {
          for (const index of indexes) {
            names.push(...(await liveOnce(index)));
            expect(await place.left(`soak${index}`)).toEqual(NOTHING);
          }
        };
        await settleAll(Array.from({ length: AT_ONCE }, lane));
        // The shim of a container that is gone may take another moment to end.
        await expect.poll(() => tracesOf(names)).toEqual(NO_TRACES);
      },
      TIMEOUT_MS,
    );
  },
);
