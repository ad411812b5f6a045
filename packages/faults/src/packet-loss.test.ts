import { createRandom, type Fault, type FaultPlan, type FaultSite } from '@ordeal/core';
import { type NamespaceEcho, startNamespaceEcho, whyNoTestNetwork } from '@ordeal/runtimes/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultOf } from './fault-of.ts';
import { comesToHold } from './testing/injured-echo.ts';

const noNetwork = await whyNoTestNetwork();
const skipped = noNetwork === undefined ? '' : ` (skipped: ${noNetwork})`;
const look = () => AbortSignal.timeout(10_000);

describe.skipIf(noNetwork !== undefined)(`on links that carry packets${skipped}`, () => {
  let echo: NamespaceEcho;
  beforeAll(async () => {
    echo = await startNamespaceEcho();
  });
  afterAll(() => echo[Symbol.asyncDispose]());

  function planned(type: string, params: object): { fault: Fault; plan: FaultPlan } {
    const fault = faultOf(type);
    if (fault === undefined) throw new Error(`no fault ${type}`);
    const { topology } = echo.instance;
    const nodes = echo.instance.nodes();
    const plan = fault.plan({
      injection: `${type} ${JSON.stringify(params)}`,
      params: JSON.parse(JSON.stringify(params)),
      target: 'leader',
      topology,
      nodes,
      random: createRandom(5),
    });
    return { fault, plan: JSON.parse(JSON.stringify(plan)) };
  }

  test.each([
    ['packet_loss', { percent: 10 }],
    ['packet_loss', { percent: 30 }],
    ['packet_loss', { percent: 80 }],
    ['latency', { min_ms: 50, max_ms: 150 }],
    ['bandwidth', { kbit: 1_000 }],
    ['network_partition', { peers: 'all', clients: true }],
    ['network_partition', { peers: 'one' }],
    ['asymmetric_partition', { direction: 'in' }],
    ['asymmetric_partition', { direction: 'out' }],
  ])('%s %j: is not active before, bites when applied, and is gone when undone', async (type, params) => {
    const { fault, plan } = planned(type, params);
    expect((await fault.active(plan, echo, look())).holds).toBe(false);
    await fault.apply(plan, echo);
    await fault.apply(plan, echo);
    const active = await comesToHold('active', (signal) => fault.active(plan, echo, signal));
    expect(JSON.parse(JSON.stringify(active.evidence))).toEqual(active.evidence);
    expect((await fault.gone(plan, echo, look())).holds).toBe(false);
    await fault.undo(plan, echo);
    await fault.undo(plan, echo);
    await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
    expect((await fault.active(plan, echo, look())).holds).toBe(false);
  });

  test('packet_loss: a link that is cut is not lossy, nor are all when one is left out', async () => {
    const { fault, plan } = planned('packet_loss', { percent: 30 });
    const toLeader = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
    await echo.instance.shape(
      plan.injection,
      toLeader.map((link) => ({ kind: 'cut', link, direction: 'both' })),
    );
    expect((await fault.active(plan, echo, look())).holds).toBe(false);
    await echo.instance.shape(
      plan.injection,
      toLeader.slice(1).map((link) => ({ kind: 'loss', link, percent: 30 })),
    );
    expect((await fault.active(plan, echo, look())).holds).toBe(false);
    await fault.undo(plan, echo);
  });

  test('packet_loss: a node that does not answer itself is no evidence', async () => {
    const { fault, plan } = planned('packet_loss', { percent: 30 });
    await fault.apply(plan, echo);
    const { host } = echo.instance.observer.address('alpha', 'main');
    const deaf: FaultSite = {
      instance: echo.instance,
      probe: {
        ...echo.probe,
        ping: (node, address, signal) =>
          address.host === host
            ? Promise.reject(new Error('the double is deaf'))
            : echo.probe.ping(node, address, signal),
      },
    };
    const { holds, evidence } = await fault.active(plan, deaf, look());
    expect({ holds, evidence: JSON.stringify(evidence) }).toEqual({
      holds: false,
      evidence: expect.stringContaining('the double is deaf'),
    });
    await fault.undo(plan, echo);
  });
});
