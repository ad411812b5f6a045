import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Running } from '../support/world.ts';
import { Disturbances } from './disturbances.ts';

const [first, second] = [{ pid: 1 }, { pid: 2 }] as unknown as [Running, Running];
let disturbances: Disturbances;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  disturbances = new Disturbances();
});
afterEach(() => {
  vi.useRealTimers();
});

function at(ms: number, happen: () => void): void {
  vi.setSystemTime(ms);
  happen();
}

it('counts from the death while another worker is up, and else from the start of the next one', () => {
  at(0, () => disturbances.started(first));
  at(1_000, () => disturbances.begin(first));
  at(3_000, () => disturbances.started(second));
  expect(disturbances.dueSince(1_000, 9_000)).toBe(3_000);
  expect(disturbances.dueSince(5_000, 9_000)).toBe(5_000);
});

it('counts from the end of the last strike at a worker, or at what all workers need', () => {
  for (const worker of [first, second]) at(0, () => disturbances.started(worker));
  let isOver = () => {};
  at(2_000, () => {
    isOver = disturbances.begin(first);
  });
  at(4_000, () => isOver());
  expect(disturbances.dueSince(1_000, 9_000)).toBe(1_000);
  at(5_000, () => {
    isOver = disturbances.begin(null);
  });
  at(6_000, () => isOver());
  expect(disturbances.dueSince(1_000, 9_000)).toBe(6_000);
  expect(disturbances.dueSince(1_000, 5_000)).toBe(1_000);
});

it('knows when nobody was left in peace', () => {
  at(0, () => disturbances.started(first));
  at(1_000, () => disturbances.begin(first));
  expect(disturbances.dueSince(1_000, 9_000)).toBeUndefined();
});
