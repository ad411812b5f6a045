import type { Phase } from '@ordeal/core';
import { expect, it } from 'vitest';
import { wantedAhead } from './ready-ahead.ts';

const trial = (id: string, subject: string, phase: Phase, cooldownSeconds = 0) => ({
  campaign: { id, cooldownSeconds },
  trial: { subject, runtime: 'docker' as const },
  phase,
});
const waiting = (counts: Record<string, number>) =>
  new Map(Object.entries(counts).map(([id, count]) => [id, { waiting: count, startable: 0 }]));
const most = () => 3;

it('wants one for each trial that is past its start', () => {
  const running = [trial('1', 'etcd', 'under_fault'), trial('1', 'etcd', 'starting')];
  expect(wantedAhead(running, waiting({ 1: 10 }), most)).toEqual([
    { subject: 'etcd', runtime: 'docker', count: 1 },
  ]);
});

it('takes what comes next to be like what was claimed last', () => {
  const running = [trial('1', 'etcd', 'recovering'), trial('1', 'redis', 'settling')];
  expect(wantedAhead(running, waiting({ 1: 10 }), most)).toEqual([
    { subject: 'redis', runtime: 'docker', count: 2 },
  ]);
});

it('wants no more than trials wait, or the runtime may have', () => {
  const running = Array.from({ length: 4 }, () => trial('1', 'etcd', 'under_fault'));
  expect(wantedAhead(running, waiting({ 1: 1 }), most)).toMatchObject([{ count: 1 }]);
  expect(wantedAhead(running, waiting({ 1: 9 }), most)).toMatchObject([{ count: 3 }]);
  expect(wantedAhead(running, waiting({}), most)).toEqual([]);
  expect(wantedAhead(running, waiting({ 1: 9 }), () => 0)).toEqual([]);
});

it('adds up campaigns on the same subject, and leaves out those that cool down', () => {
  const running = [
    trial('1', 'etcd', 'under_fault'),
    trial('2', 'etcd', 'under_fault'),
    trial('3', 'etcd', 'under_fault', 5),
  ];
  expect(wantedAhead(running, waiting({ 1: 5, 2: 5, 3: 5 }), most)).toEqual([
    { subject: 'etcd', runtime: 'docker', count: 2 },
  ]);
});
