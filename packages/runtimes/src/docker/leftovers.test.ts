import type { Instance, Link, Subject } from '@ordeal/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { echoSubject } from '../process/testing/echo-subject.ts';
import { startEcho } from '../process/testing/start-echo.ts';
import { settleAll } from '../settle-all.ts';
import { type DockerPlace, makeDockerPlace } from './testing/docker-place.ts';
import { NO_TRACES, namesOnHost, tracesOf, whyNoHostTraces } from './testing/host-traces.ts';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from './testing/index.ts';

const why = whyNoTestEngine() ?? whyNoHostTraces();
const SMALL_INSTANCES = Number(process.env.ORDEAL_SOAK_INSTANCES ?? 50);
const AT_ONCE = 2;
/** Far above what they take on a busy machine. */
const TIMEOUT_MS = 300_000 + SMALL_INSTANCES * 10_000;
const NOTHING = { containers: 0, networks: 0, volumes: 0 };
const TO_ALPHA: Link = { from: 'client', to: 'alpha', port: 'main' };

const incarnationOf = (instance: Instance, node: string) =>
  instance.nodes().find(({ name }) => name === node)?.incarnation ?? '';

/** Nobody undoes them: what a trial that was cut short leaves to the removal. */
const FAULTS: ((instance: Instance) => Promise<void>)[] = [
  (instance) => instance.pause('fault', 'alpha', incarnationOf(instance, 'alpha')),
  (instance) => instance.fill('fault', 'alpha', 100),
  (instance) => instance.hold('fault', 'alpha'),
  (instance) => instance.squeeze('fault', 'alpha', { cpuShare: 0.5 }),
];
const CUT = (instance: Instance) =>
  instance.shape('fault', [{ kind: 'cut', link: TO_ALPHA, direction: 'both' }]);

interface Soak {
  readonly title: string;
  readonly subject: Subject;
  readonly instances: number;
  readonly faults: typeof FAULTS;
}
const SOAKS: Soak[] = [
  { title: 'whole', subject: echoSubject, instances: 8, faults: [CUT, ...FAULTS] },
  {
    title: 'small',
    subject: {
      ...echoSubject,
      topology: { nodes: echoSubject.topology.nodes.filter(({ name }) => name === 'alpha'), links: [] },
    },
    instances: SMALL_INSTANCES,
    faults: FAULTS,
  },
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
    async function liveOnce(
      name: string,
      subject: Subject,
      hurt: (typeof FAULTS)[number],
    ): Promise<string[]> {
      const { instance } = await startEcho(place, name, subject);
      const { nodes } = instance.topology;
      const volumes = nodes.filter(({ volume }) => volume !== undefined);
      try {
        const names = await namesOnHost(place.engine.docker, instance.label.instance);
        const { links, rules, processes, mounts } = await tracesOf(names);
        // Else it would say nothing that there are none of them later.
        expect(links, 'a bridge, and a cable to each node').toHaveLength(1 + nodes.length);
        expect(rules).not.toEqual([]);
        const shims = processes.filter((line) => line.includes('containerd-shim'));
        expect(shims, "each node's two containers").toHaveLength(2 * nodes.length);
        expect(mounts.filter((line) => line.includes('/netns/'))).toHaveLength(nodes.length);
        expect(mounts.filter((line) => line.includes('/volumes/'))).toHaveLength(volumes.length);
        await hurt(instance);
        return names;
      } finally {
        await instance.remove();
      }
    }

    test.each(SOAKS)(
      `keeps nothing of $instances $title instances, ${AT_ONCE} at a time, each removed with a fault on`,
      { timeout: TIMEOUT_MS },
      async ({ title, subject, instances, faults }) => {
        // One iterator for all lanes: each takes the next that nobody has.
        const indexes = Array.from({ length: instances }, (_, index) => index).values();
        const names: string[] = [];
        const lane = async () => {
          for (const index of indexes) {
            const name = `${title}${index}`;
            names.push(...(await liveOnce(name, subject, pickFrom(faults, index))));
            expect(await place.left(name)).toEqual(NOTHING);
          }
        };
        await settleAll(Array.from({ length: AT_ONCE }, lane));
        // The shim of a container that is gone may take another moment to end.
        await expect.poll(() => tracesOf(names)).toEqual(NO_TRACES);
      },
    );
  },
);

function pickFrom<T>(all: readonly T[], index: number): T {
  const one = all[index % all.length];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}
