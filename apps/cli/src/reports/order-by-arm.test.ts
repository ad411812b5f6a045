import { expect, it } from 'vitest';
import { orderByArm } from './order-by-arm.ts';
import { recordedTrial } from './recorded-trials.ts';
import { sampleTrial } from './testing-trials.ts';

it('orders trials by cell, then by arm as the file lists them, whatever order they ran in', () => {
  const ran = ['a@fast#0', 'a@none#0', 'a@none#1', 'a@fast#1', 'b@none#0', 'b@fast#0'].map((key) => {
    const [cell = '', arm = ''] = key.split(/[@#]/);
    return recordedTrial(sampleTrial({ key, cell: `${cell}@${arm}`, arm }));
  });
  const keys = (config: object) => orderByArm(ran, { config: { ...config } }).map(({ key }) => key);
  expect(keys({ arms: [{ name: 'none' }, { name: 'fast' }] })).toEqual([
    ...['a@none#0', 'a@none#1', 'a@fast#0', 'a@fast#1'],
    ...['b@none#0', 'b@fast#0'],
  ]);
  // An old campaign: as they are.
  expect(keys({})).toEqual(ran.map(({ key }) => key));
});
