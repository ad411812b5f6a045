import { builtInCatalogue } from '@ordeal/catalogue';
import type { NodeView, Topology } from '@ordeal/core';
import { faultOf } from '@ordeal/faults';
import { expect, test } from 'vitest';
import { planFault } from './plan-fault.ts';

const servers = ['postgres0', 'postgres1', 'postgres2'];
const topology: Topology = {
  nodes: servers.map((name, index) => ({
    name,
    role: index === 0 ? 'primary' : 'standby',
    ports: ['sql'],
    restartDelayMs: 100,
  })),
  links: servers.slice(1).map((from) => ({ from, to: 'postgres0', port: 'sql' })),
};
const nodes = topology.nodes.map(({ name, role }): NodeView => ({ name, role, incarnation: `1@${name}` }));
const repertoire = { catalogue: builtInCatalogue, faultOf, subjectOf: () => undefined };

interface Drawn {
  seed: number;
  cell: string;
  arm: string;
  trialIndex: number;
  trialId: string;
  execution: number;
}

function targetOf(given: Partial<Drawn> = {}): string | undefined {
  const { seed, cell, arm, trialIndex, trialId, execution }: Drawn = {
    seed: 7,
    cell: 'postgres/latency',
    arm: 'none',
    trialIndex: 0,
    trialId: '1',
    execution: 1,
    ...given,
  };
  const plan = planFault({
    repertoire,
    campaign: { seed },
    trial: {
      subject: 'postgres',
      chaosType: 'latency',
      chaosParams: { min_ms: 50, max_ms: 150 },
      target: 'any',
      cell,
      arm,
      trialIndex,
    },
    ref: { trialId, execution },
    nodes,
    topology,
  });
  return plan.targets[0]?.name;
}

const indexes = Array.from({ length: 20 }, (_, trialIndex) => trialIndex);
const draws = (given: Partial<Drawn> = {}) => indexes.map((trialIndex) => targetOf({ ...given, trialIndex }));

test('the same seed draws the same targets, in another campaign, another execution and another arm', () => {
  expect(draws({ trialId: '99', execution: 3 })).toEqual(draws());
  expect(draws({ cell: 'postgres/latency@other', arm: 'other' })).toEqual(draws());
});

test('another seed and another entry of the same type draw others; over a cell every node is drawn', () => {
  expect(draws({ seed: 8 })).not.toEqual(draws());
  expect(draws({ cell: 'postgres/latency.2' })).not.toEqual(draws());
  expect([...new Set(draws())].toSorted()).toEqual(servers);
});
