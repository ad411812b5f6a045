import { createRandom, OrdealError } from '@ordeal/core';
import { expect, it } from 'vitest';
import { Acknowledgements } from './acknowledgements.ts';
import { checkWrites } from './check-writes.ts';

const { signal } = new AbortController();
const settled = { settled: true, signal };

function acknowledged(count: number, mostKept?: number): Acknowledgements {
  const acknowledgements = new Acknowledgements(createRandom(1), mostKept);
  for (let ack = 1; ack <= count; ack += 1) acknowledgements.add(ack);
  return acknowledgements;
}

it('counts those that are gone, and names some', async () => {
  const missingWrites = async (acks: readonly number[]) => acks.filter((ack) => ack % 2 === 0);
  const check = await checkWrites(acknowledged(30), { missingWrites }, settled);
  const examples = ['2', '4', '6', '8', '10', '12', '14', '16', '18', '20'];
  expect(check).toEqual({ acknowledged: 30, lost: 15, examples, unchecked: null });
});

it('says how many were looked for when not all could be kept', async () => {
  const check = await checkWrites(acknowledged(30, 10), { missingWrites: async () => [] }, settled);
  expect(check).toEqual({ acknowledged: 30, checked: 10, lost: 0, examples: [], unchecked: null });
});

it.each([
  {
    why: 'it was not whole after the fault',
    options: { settled: false, signal },
    missingWrites: async () => [1],
  },
  {
    why: 'no primary',
    options: settled,
    missingWrites: async () => {
      throw new OrdealError('TARGET_FAILED', 'no primary');
    },
  },
])('says why they were not looked for: $why', async ({ why, options, missingWrites }) => {
  const check = await checkWrites(acknowledged(3), { missingWrites }, options);
  expect(check).toMatchObject({
    acknowledged: 3,
    lost: 0,
    examples: [],
    unchecked: expect.stringContaining(why),
  });
});

it('says so when the subject cannot look', async () => {
  const { unchecked } = await checkWrites(acknowledged(3), {}, settled);
  expect(unchecked).toBe('the subject does not look for them');
});

it('is no answer when it was interrupted', async () => {
  const interrupted = AbortSignal.abort(new Error('it was removed'));
  const missingWrites = async () => [];
  const check = checkWrites(acknowledged(3), { missingWrites }, { settled: true, signal: interrupted });
  await expect(check).rejects.toThrow('it was removed');
});
