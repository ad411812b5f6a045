import { createRandom, type NodeView, OrdealError, type PlanInput, type Topology } from '@ordeal/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOf } from './fault-of.ts';
import type { LinkCutPlan } from './link-cut.ts';

const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];

/** A leader that all others dial, as standbys do, and a client that dials everybody. */
const topology: Topology = {
  nodes: [
    ...names.map((name, index) => ({
      name,
      role: index === 0 ? 'leader' : 'follower',
      ports: ['main'],
      restartDelayMs: 100,
      volume: { path: 'data', sizeMb: 8 },
    })),
    { name: 'client', role: 'client', ports: [], restartDelayMs: 100 },
  ],
  links: [
    ...names.slice(1).map((from) => ({ from, to: 'alpha', port: 'main' })),
    ...names.map((to) => ({ from: 'client', to, port: 'main' })),
  ],
};
const nodes: NodeView[] = topology.nodes.map(({ name, role }) => ({ name, role, incarnation: `1@${name}` }));

const params = {
  node_kill: fc.record({ mode: fc.constantFrom('crash', 'stop') }),
  process_pause: fc.constant({}),
  bandwidth: fc.record({ kbit: fc.integer({ min: 16, max: 20_000 }) }),
  packet_loss: fc.record({ percent: fc.integer({ min: 10, max: 100 }) }),
  asymmetric_partition: fc.record({ direction: fc.constantFrom('out', 'in') }),
  latency: fc.tuple(fc.nat(500), fc.nat(500)).map(([min, more]) => ({ min_ms: min, max_ms: min + more })),
  network_partition: fc.record({
    peers: fc.constantFrom('all', 'majority', 'minority', 'one'),
    direction: fc.constantFrom('both', 'in', 'out'),
    clients: fc.boolean(),
  }),
  cpu_pressure: fc.record({ percent: fc.integer({ min: 1, max: 99 }) }),
  memory_pressure: fc.record({ percent: fc.integer({ min: 1, max: 99 }) }),
  disk_pressure: fc.record({ fill_percent: fc.integer({ min: 1, max: 100 }) }),
};
const anyFault = fc.oneof(
  ...Object.entries(params).map(([type, arbitrary]) => arbitrary.map((own) => ({ type, params: own }))),
);
const anyTarget = fc.constantFrom('any', 'leader', 'follower', ...names);

function plan(type: string, input: Partial<PlanInput>, seed = 1) {
  const fault = faultOf(type);
  if (fault === undefined) throw new Error(`no fault ${type}`);
  return fault.plan({
    injection: 'i1',
    params: {},
    target: 'any',
    topology,
    nodes,
    random: createRandom(seed),
    ...input,
  });
}

test('a seed decides the plan, whatever order the nodes are told in, and it survives being written down', () => {
  fc.assert(
    fc.property(anyFault, anyTarget, fc.integer(), (fault, target, seed) => {
      const first = plan(fault.type, { ...fault, target }, seed);
      const second = plan(fault.type, { ...fault, target, nodes: nodes.toReversed() }, seed);
      expect(second).toEqual(first);
      expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      expect(first).toMatchObject({ version: 1, type: fault.type, injection: 'i1' });
    }),
  );
});

test('any never means the client, and over the seeds every other node', () => {
  const drawn = new Set(
    Array.from({ length: 100 }, (_, seed) => plan('node_kill', {}, seed).targets[0]?.name),
  );
  expect([...drawn].toSorted()).toEqual(names.toSorted());
});

test('a role selects whoever holds it now; a name its node, the client if it says so', () => {
  const moved = nodes.map((node) => ({ ...node, role: node.name === 'gamma' ? 'leader' : 'follower' }));
  expect(plan('node_kill', { nodes: moved, target: 'leader' }).targets[0]?.name).toBe('gamma');
  expect(plan('node_kill', { target: 'beta' }).targets[0]?.name).toBe('beta');
  expect(plan('node_kill', { target: 'client' }).targets[0]?.name).toBe('client');
});

test.each(Object.keys(params))('%s: a target that selects nobody is bad input', (type) => {
  expect(() => plan(type, { target: 'arbiter' })).toThrow(
    'target arbiter selects no node of: alpha (leader)',
  );
});

test.each(['node_kill', 'process_pause'])(
  '%s: of a node that is down already would prove nothing',
  (type) => {
    const down = nodes.map((node) => ({ ...node, incarnation: null }));
    expect(() => plan(type, { nodes: down })).toThrow(
      expect.objectContaining({ code: 'INSTANCE_LOST', message: expect.stringContaining('is down already') }),
    );
  },
);

test.each(['out', 'in'])('asymmetric_partition %s is a network partition of that direction', (direction) => {
  for (const target of names) {
    const own = plan('asymmetric_partition', { params: { direction }, target }) as LinkCutPlan;
    const cut = plan('network_partition', { params: { direction }, target }) as LinkCutPlan;
    expect(own.rules).toEqual(cut.rules);
    expect(own.rules.every((rule) => rule.direction !== 'both')).toBe(true);
  }
});

describe('network_partition', () => {
  const rules = (own: Record<string, string | boolean>, target: string) =>
    (plan('network_partition', { params: own, target }) as LinkCutPlan).rules;

  test.each([
    { peers: 'all', count: 4 },
    { peers: 'majority', count: 3 },
    { peers: 'minority', count: 1 },
    { peers: 'one', count: 1 },
  ])('$peers of four peers: $count links, the clients only when asked for', ({ peers, count }) => {
    expect(rules({ peers }, 'alpha').length).toBe(count);
    expect(rules({ peers }, 'alpha').some(({ link }) => link.from === 'client')).toBe(false);
    expect(rules({ peers, clients: true }, 'alpha').length).toBe(count + 1);
  });

  test('in and out are seen from the target, whoever dials', () => {
    const directions = (direction: string, target: string) =>
      new Set(rules({ direction }, target).map((rule) => rule.direction));
    expect(directions('in', 'alpha')).toEqual(new Set(['forward']));
    expect(directions('out', 'alpha')).toEqual(new Set(['backward']));
    expect(directions('in', 'beta')).toEqual(new Set(['backward']));
    expect(directions('out', 'beta')).toEqual(new Set(['forward']));
    expect(directions('both', 'beta')).toEqual(new Set(['both']));
  });

  test('a node without links to its peers cannot be cut off from them', () => {
    const links = topology.links.filter(({ from }) => from === 'client');
    expect(() => plan('network_partition', { topology: { ...topology, links }, target: 'beta' })).toThrow(
      OrdealError,
    );
  });
});

test.each(['latency', 'bandwidth', 'packet_loss', 'network_partition', 'asymmetric_partition'])(
  '%s on links that no ping can go through is refused at once',
  (type) => {
    const blind = {
      ...topology,
      nodes: topology.nodes.map((node) => ({ ...node, ports: ['other', ...node.ports] })),
    };
    expect(() => plan(type, { topology: blind })).toThrow('nothing can be seen of a fault on these links');
  },
);

test('disk_pressure goes for nodes that keep data in a volume, and for no others', () => {
  const own = topology.nodes.map(({ volume, ...node }) =>
    node.name === 'beta' && volume !== undefined ? { ...node, volume } : node,
  );
  const input = { topology: { ...topology, nodes: own } };
  for (let seed = 0; seed < 20; seed += 1) {
    expect(plan('disk_pressure', input, seed).targets[0]?.name).toBe('beta');
  }
  expect(() => plan('disk_pressure', { ...input, target: 'leader' })).toThrow('selects no node of: beta');
});

test('what nobody has written has no implementation', () => {
  expect(faultOf('unheard_of')).toBeUndefined();
});
