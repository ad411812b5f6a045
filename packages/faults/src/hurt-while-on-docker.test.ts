import type { NodeEvent } from '@ordeal/core';
import { waitFor } from '@ordeal/core';
import {
  type DockerPlace,
  makeDockerPlace,
  TEST_ENGINE_TIMEOUT_MS,
  whyNoTestEngine,
} from '@ordeal/runtimes/testing-engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comesToHold, type InjuredEcho, openInjuredEcho } from './testing/injured-echo.ts';

const why = whyNoTestEngine();
const NOTHING = { containers: 0, networks: 0, volumes: 0 };
/** All on `alpha`. A pause and a kill are of one life; the rest sticks to the node. */
const CASES = [
  { type: 'node_kill', params: { mode: 'crash' }, after: 'restarted' },
  { type: 'node_kill', params: { mode: 'stop' }, after: 'held down' },
  { type: 'process_pause', params: {}, after: 'restarted' },
  { type: 'latency', params: { min_ms: 50, max_ms: 150 }, after: 'active again' },
  { type: 'bandwidth', params: { kbit: 1_000 }, after: 'active again' },
  { type: 'packet_loss', params: { percent: 30 }, after: 'active again' },
  { type: 'network_partition', params: { peers: 'all' }, after: 'active again' },
  { type: 'asymmetric_partition', params: { direction: 'in' }, after: 'active again' },
  { type: 'disk_pressure', params: { fill_percent: 80 }, after: 'active again' },
  { type: 'cpu_pressure', params: { percent: 80 }, after: 'active again' },
  { type: 'memory_pressure', params: { percent: 60 }, after: 'active again' },
] as const;
const titled = CASES.map((own) => [`${own.type} ${JSON.stringify(own.params)}`, own] as const);

describe.skipIf(why !== undefined)(
  `a node hurt by others while a fault is on it${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let place: DockerPlace;
    let echo: InjuredEcho;
    beforeAll(async () => {
      place = await makeDockerPlace();
      echo = await openInjuredEcho(place);
    }, TEST_ENGINE_TIMEOUT_MS);
    afterAll(() => echo?.[Symbol.asyncDispose]());

    const containerOf = (name: string) =>
      place.engine.docker.getContainer(`ordeal-${echo.instance.label.instance}-${name}`);

    /** As somebody with a shell does it, past everything of ours. A node that is down is left so. */
    const kill = async () => {
      const { incarnation } = await echo.instance.look('alpha');
      if (incarnation !== null) await containerOf('alpha').kill({ signal: 'SIGKILL' });
      return incarnation;
    };

    test.each(titled)('%s: killed, it is what it should be, and undone for good', async (_title, own) => {
      const { fault, plan } = echo.planned({ ...own, target: 'alpha' });
      await fault.apply(plan, echo);
      const active = () => comesToHold('active', (signal) => fault.active(plan, echo, signal));
      await active();
      const before = await kill();
      if (own.after === 'held down') await active();
      else {
        await waitFor(
          'another life',
          async () => {
            const { incarnation } = await echo.instance.look('alpha');
            return (incarnation !== null && incarnation !== before) || undefined;
          },
          { timeoutMs: 20_000 },
        );
        if (own.after === 'active again') await active();
        else await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
      }
      await fault.undo(plan, echo);
      await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
      await echo.healed();
    });

    test('all of them on, and the node removed: every undo ends, and the removal takes all with it', async () => {
      // What ends the life of the node, or stands in the way of the others' own proof, comes last.
      const planned = CASES.toReversed().map((own) => echo.planned({ ...own, target: 'alpha' }));
      for (const { fault, plan } of planned) await fault.apply(plan, echo);
      const lost = new Promise<NodeEvent>((resolve) => {
        echo.instance.onNode((event) => event.kind === 'lost' && resolve(event));
      });
      await containerOf('alpha').remove({ force: true });
      await containerOf('alpha-helper').remove({ force: true });
      expect(await lost).toMatchObject({
        node: 'alpha',
        detail: expect.stringContaining('somebody removed'),
      });
      const undone = await Promise.allSettled(planned.map(({ fault, plan }) => fault.undo(plan, echo)));
      const failures = undone.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
      // Only what the helper did is not taken back by itself: it is gone with it.
      for (const failure of failures) expect(failure).toMatch(/namespace is gone|No such container/);
      await echo.instance.remove();
      expect(await place.left('injured')).toEqual(NOTHING);
    });
  },
);
