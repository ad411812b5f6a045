import { createRandom } from '@ordeal/core';
import { expect, it } from 'vitest';
import { Acknowledgements } from './acknowledgements.ts';

function afterAcks(count: number, seed: number, mostKept: number): Acknowledgements {
  const acknowledgements = new Acknowledgements(createRandom(seed), mostKept);
  for (let ack = 0; ack < count; ack += 1) acknowledgements.add(ack);
  return acknowledgements;
}

it('keeps all up to the bound', () => {
  expect(afterAcks(5, 1, 5).kept()).toEqual([0, 1, 2, 3, 4]);
});

it('keeps no more than the bound, counts all, and draws the same with the same seed', () => {
  const many = afterAcks(10_000, 1, 100);
  expect(many.count).toBe(10_000);
  expect(many.kept()).toHaveLength(100);
  expect(new Set(many.kept()).size).toBe(100);
  expect(afterAcks(10_000, 1, 100).kept()).toEqual(many.kept());
});

it('keeps early and late ones alike', () => {
  const kept = Array.from({ length: 100 }, (_, seed) => afterAcks(1_000, seed, 10).kept()).flat();
  const early = kept.filter((ack) => ack < 500).length;
  // 1,000 draws of one half: four standard deviations are 63.
  expect(Math.abs(early - 500)).toBeLessThan(63);
});
