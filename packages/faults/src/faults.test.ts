import type { Address, FaultSite } from '@ordeal/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Case, comesToHold, type InjuredEcho, openInjuredEcho } from './testing/injured-echo.ts';

let echo: InjuredEcho;
beforeAll(async () => {
  echo = await openInjuredEcho();
});
afterEach(() => echo.healed());
afterAll(() => echo[Symbol.asyncDispose]());

const CASES: readonly Case[] = [
  { type: 'node_kill', params: { mode: 'crash' }, target: 'leader' },
  { type: 'node_kill', params: { mode: 'stop' }, target: 'follower' },
  { type: 'node_kill', params: { mode: 'stop' }, target: 'client' },
  { type: 'process_pause', params: {}, target: 'leader' },
  { type: 'process_pause', params: {}, target: 'client' },
  { type: 'latency', params: { min_ms: 50, max_ms: 150 }, target: 'leader' },
  { type: 'latency', params: { min_ms: 0, max_ms: 150 }, target: 'follower' },
  { type: 'bandwidth', params: { kbit: 1_000 }, target: 'leader' },
  { type: 'bandwidth', params: { kbit: 50 }, target: 'follower' },
  { type: 'bandwidth', params: { kbit: 20_000 }, target: 'follower' },
  { type: 'network_partition', params: { peers: 'all' }, target: 'leader' },
  { type: 'network_partition', params: { peers: 'one', direction: 'in' }, target: 'leader' },
  { type: 'network_partition', params: { peers: 'all', direction: 'out', clients: true }, target: 'beta' },
  { type: 'asymmetric_partition', params: { direction: 'out' }, target: 'leader' },
];
const titled = CASES.map(
  (own) => [`${own.type} ${JSON.stringify(own.params)} on ${own.target}`, own] as const,
);

test.each(titled)('%s: bites when applied, is gone when undone, and twice is once', async (_title, own) => {
  const { fault, plan } = echo.planned(own);
  await fault.undo(plan, echo);
  await fault.apply(plan, echo);
  await fault.apply(plan, echo);
  const active = await comesToHold('active', (signal) => fault.active(plan, echo, signal));
  expect(JSON.parse(JSON.stringify(active.evidence))).toEqual(active.evidence);
  if (fault.type !== 'node_kill' || own.params.mode === 'stop') {
    expect((await fault.gone(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  }
  await fault.undo(plan, echo);
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
  if (own.params.mode !== 'crash') {
    expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  }
});

test.each(titled)('%s: what was never applied is not active', async (_title, own) => {
  const { fault, plan } = echo.planned(own);
  for (let look = 0; look < 3; look += 1) {
    const { holds, evidence } = await fault.active(plan, echo, AbortSignal.timeout(10_000));
    expect({ holds, evidence }).toMatchObject({ holds: false });
  }
});

test('latency of zero is what every link has: active without doing anything, and gone as well', async () => {
  const { fault, plan } = echo.planned({
    type: 'latency',
    params: { min_ms: 0, max_ms: 0 },
    target: 'leader',
  });
  await fault.apply(plan, echo);
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(true);
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});

test('latency: less than was asked for is not active, more neither', async () => {
  const { fault, plan } = echo.planned({
    type: 'latency',
    params: { min_ms: 200, max_ms: 250 },
    target: 'leader',
  });
  for (const actual of [60, 600]) {
    const links = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
    await echo.instance.shape(
      plan.injection,
      links.map((link) => ({ kind: 'delay', link, minMs: actual, maxMs: actual, seed: '1' })),
    );
    expect((await fault.active(plan, echo, AbortSignal.timeout(20_000))).holds).toBe(false);
  }
  await fault.undo(plan, echo);
});

test('latency: one link of the target left out is not active', async () => {
  const { fault, plan } = echo.planned({
    type: 'latency',
    params: { min_ms: 100, max_ms: 120 },
    target: 'leader',
  });
  const [, ...rest] = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
  await echo.instance.shape(
    plan.injection,
    rest.map((link) => ({ kind: 'delay', link, minMs: 100, maxMs: 120, seed: '1' })),
  );
  expect((await fault.active(plan, echo, AbortSignal.timeout(20_000))).holds).toBe(false);
  await fault.undo(plan, echo);
});

test('network_partition: a node that is down looks silent, and is no evidence', async () => {
  const { fault, plan } = echo.planned({ type: 'network_partition', params: {}, target: 'leader' });
  await echo.instance.hold('down', 'alpha');
  await fault.apply(plan, echo);
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await fault.undo(plan, echo);
  expect((await fault.gone(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await echo.instance.release('down', 'alpha');
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});

test('network_partition: a link that refuses is broken, not cut', async () => {
  const { fault, plan } = echo.planned({ type: 'network_partition', params: {}, target: 'leader' });
  const toAlpha = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
  const refused = toAlpha.map((link) => echo.instance.dial(link).port);
  const refusing: FaultSite = {
    instance: echo.instance,
    probe: {
      ...echo.probe,
      ping: async (node, address, signal) => {
        if (refused.includes(address.port)) throw new Error('connection refused');
        return echo.probe.ping(node, address, signal);
      },
    },
  };
  expect((await fault.active(plan, refusing, AbortSignal.timeout(10_000))).holds).toBe(false);
});

/** As on a machine that is far too busy: whatever goes over a link takes long, with the fault or without. */
function crowded({ instance, probe }: FaultSite): FaultSite {
  const isOwn = (node: string, { port }: Address) => port === instance.observer.address(node, 'main').port;
  return {
    instance,
    probe: {
      ...probe,
      async ping(node, address, signal) {
        if (isOwn(node, address)) return probe.ping(node, address, signal);
        return 100;
      },
      transfer: async (node, address, bytes) => (isOwn(node, address) ? 1 : (2 * bytes * 8) / 900),
    },
  };
}

test.each([
  { type: 'latency', params: { min_ms: 50, max_ms: 150 }, target: 'leader' },
  { type: 'bandwidth', params: { kbit: 1_000 }, target: 'follower' },
])('$type: a machine on which every link is as slow is no evidence', async (own) => {
  const { fault, plan } = echo.planned(own);
  expect((await fault.active(plan, crowded(echo), AbortSignal.timeout(10_000))).holds).toBe(false);
});

test('network_partition: silence on every link, cut or not, is no evidence', async () => {
  const { fault, plan } = echo.planned({ type: 'network_partition', params: {}, target: 'leader' });
  for (const link of echo.instance.topology.links) {
    await echo.instance.shape(link.from + link.to, [{ kind: 'cut', link, direction: 'both' }]);
  }
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  for (const link of echo.instance.topology.links) await echo.instance.unshape(link.from + link.to);
});

test.each(titled)('%s: a look that is called off throws and claims nothing', async (_title, own) => {
  const { fault, plan } = echo.planned(own);
  if (own.target === 'client' || fault.type === 'node_kill') return;
  await fault.apply(plan, echo);
  await expect(fault.active(plan, echo, AbortSignal.abort(new Error('called off')))).rejects.toThrow(
    'called off',
  );
  await fault.undo(plan, echo);
});

/** The first case of each fault on the network. */
const onNetwork = ['latency', 'bandwidth', 'network_partition', 'asymmetric_partition'].map((type) => {
  const own = CASES.find((one) => one.type === type);
  if (own === undefined) throw new Error(`no case of ${type}`);
  return own;
});

test.each(onNetwork)('$type sticks to the node: it bites again after a restart', async (own) => {
  const { fault, plan } = echo.planned(own);
  await fault.apply(plan, echo);
  const target = plan.targets[0]?.name ?? '';
  const { incarnation } = await echo.instance.look(target);
  await echo.instance.crash(target, incarnation ?? '');
  await echo.healed();
  expect((await echo.instance.look(target)).incarnation).not.toBe(incarnation);
  await comesToHold('active', (signal) => fault.active(plan, echo, signal));
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});
