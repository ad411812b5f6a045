import { expect, it } from 'vitest';
import { operatorOf } from './operator-of.ts';

const arms = [
  { name: 'none', operator: 'none', settings: {} },
  { name: 'slow', operator: 'mine', settings: { model: 'small' } },
];

it.each([
  ['what its arm says', { arms }, 'slow', false, { operator: 'mine', settings: { model: 'small' } }],
  ['nobody', { arms }, 'none', false, { operator: 'none', settings: {} }],
  ['the arm, of a campaign that has no arms', {}, 'oracle', false, { operator: 'oracle', settings: {} }],
  ['nobody, in a baseline', { arms }, 'slow', true, { operator: 'none', settings: {} }],
])('a trial asks %s to repair', (_name, config, arm, baseline, expected) => {
  expect(operatorOf({ config }, { arm, baseline })).toMatchObject(expected);
});
