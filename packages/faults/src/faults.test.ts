import {
  createRandom,
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type JsonObject,
  waitFor,
} from '@ordeal/core';
import { type EchoInstance, makeTestPlace, startEcho, waitForAnswer } from '@ordeal/runtimes/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { faultOf } from './fault-of.ts';

const place = makeTestPlace();
let echo: EchoInstance;

beforeAll(async () => {
  echo = await startEcho(place, 'injured');
});

afterEach(async () => {
  for (const node of ['alpha', 'beta', 'gamma']) await waitForAnswer(echo, node);
});

afterAll(async () => {
  await echo[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

interface Case {
  readonly type: string;
  readonly params: JsonObject;
  readonly target: string;
}

const CASES: readonly Case[] = [
  { type: 'node_kill', params: { mode: 'crash' }, target: 'leader' },
  { type: 'node_kill', params: { mode: 'stop' }, target: 'follower' },
  { type: 'node_kill', params: { mode: 'stop' }, target: 'client' },
  { type: 'latency', params: { min_ms: 50, max_ms: 150 }, target: 'leader' },
  { type: 'latency', params: { min_ms: 0, max_ms: 150 }, target: 'follower' },
  { type: 'network_partition', params: { peers: 'all' }, target: 'leader' },
  { type: 'network_partition', params: { peers: 'one', direction: 'in' }, target: 'leader' },
  { type: 'network_partition', params: { peers: 'all', direction: 'out', clients: true }, target: 'beta' },
];
const titled = CASES.map(
  (own) => [`${own.type} ${JSON.stringify(own.params)} on ${own.target}`, own] as const,
);

let injections = 0;

/** The fault and its plan, by way of the ledger: as text and back. */
function planned({ type, params, target }: Case): { fault: Fault; plan: FaultPlan } {
  const fault = faultOf(type);
  if (fault === undefined) throw new Error(`no fault ${type}`);
  injections += 1;
  const plan = fault.plan({
    injection: `i${injections}`,
    params,
    target,
    topology: echo.instance.topology,
    nodes: echo.instance.nodes(),
    random: createRandom(5, injections),
  });
  return { fault, plan: JSON.parse(JSON.stringify(plan)) };
}

/** Looks until the finding holds, as a guard does. */
function comesToHold(what: string, look: (signal: AbortSignal) => Promise<Finding>): Promise<Finding> {
  return waitFor(
    what,
    async () => {
      const finding = await look(AbortSignal.timeout(10_000));
      return finding.holds ? finding : undefined;
    },
    { timeoutMs: 20_000 },
  );
}

test.each(titled)('%s: bites when applied, is gone when undone, and twice is once', async (_title, own) => {
  const { fault, plan } = planned(own);
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
  const { fault, plan } = planned(own);
  for (let look = 0; look < 3; look += 1) {
    const { holds, evidence } = await fault.active(plan, echo, AbortSignal.timeout(10_000));
    expect({ holds, evidence }).toMatchObject({ holds: false });
  }
});

test('latency of zero is what every link has: active without doing anything, and gone as well', async () => {
  const { fault, plan } = planned({ type: 'latency', params: { min_ms: 0, max_ms: 0 }, target: 'leader' });
  await fault.apply(plan, echo);
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(true);
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});

test('latency: less than was asked for is not active, more neither', async () => {
  const { fault, plan } = planned({
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
  const { fault, plan } = planned({
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
  const { fault, plan } = planned({ type: 'network_partition', params: {}, target: 'leader' });
  await echo.instance.hold('down', 'alpha');
  await fault.apply(plan, echo);
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await fault.undo(plan, echo);
  expect((await fault.gone(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await echo.instance.release('down', 'alpha');
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});

test('network_partition: a link that refuses is broken, not cut', async () => {
  const { fault, plan } = planned({ type: 'network_partition', params: {}, target: 'leader' });
  const refusing: FaultSite = {
    instance: echo.instance,
    probe: {
      ...echo.probe,
      ping: async (node, address, signal) => {
        const own = echo.instance.observer.address(node, 'main');
        if (address.port !== own.port) throw new Error('connection refused');
        return echo.probe.ping(node, address, signal);
      },
    },
  };
  expect((await fault.active(plan, refusing, AbortSignal.timeout(10_000))).holds).toBe(false);
});

test.each(titled)('%s: a look that is called off throws and claims nothing', async (_title, own) => {
  const { fault, plan } = planned(own);
  if (fault.type === 'node_kill') return;
  await fault.apply(plan, echo);
  await expect(fault.active(plan, echo, AbortSignal.abort(new Error('called off')))).rejects.toThrow(
    'called off',
  );
  await fault.undo(plan, echo);
});

test('a network fault sticks to the node: it bites again after a restart', async () => {
  const { fault, plan } = planned({ type: 'network_partition', params: { clients: true }, target: 'leader' });
  await fault.apply(plan, echo);
  await echo.instance.crash('alpha', echo.instance.nodes()[0]?.incarnation ?? '');
  await waitForAnswer(echo, 'alpha');
  await comesToHold('active', (signal) => fault.active(plan, echo, signal));
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});
