import { expect, it } from 'vitest';
import { SlotUse } from './slot-use.ts';

/** Plays turns: what it is given, and how much it takes of that; tells what it needed at each. */
function play(turns: readonly { share: number; takes: number; startable?: number }[]): number[] {
  const use = new SlotUse(0);
  let taken = 0;
  return turns.map(({ share, takes, startable = 1 }, turn) => {
    const wish = use.wish({ campaignId: '1', most: 2, held: 0, taken, startable });
    use.given(turn + 1, wish, share);
    taken += takes;
    return wish.needs;
  });
}

const fruitless = { share: 1, takes: 0 };

it('needs what could start, as long as it takes what it is given', () => {
  expect(play(Array(5).fill({ share: 1, takes: 1 }))).toEqual([1, 1, 1, 1, 1]);
  expect(play(Array(3).fill({ share: 0, takes: 0, startable: 5 }))).toEqual([2, 2, 2]);
});

it('waits longer after each slot that it did not use', () => {
  const needs = play(Array(26).fill(fruitless));
  const offers = needs.flatMap((need, turn) => (need > 0 ? [turn] : []));
  expect(offers).toEqual([0, 2, 5, 10, 19]);
});

it('is trusted again as soon as it takes one, be it of what was left over', () => {
  expect(play([fruitless, fruitless, { share: 1, takes: 1 }, fruitless])).toEqual([1, 0, 1, 1]);
});

it('holds nothing against a campaign that had nothing to start', () => {
  expect(play(Array(4).fill({ ...fruitless, startable: 0 }))).toEqual([0, 0, 0, 0]);
});
