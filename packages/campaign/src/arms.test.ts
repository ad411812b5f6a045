import { describe, expect, test } from 'vitest';
import { countTrials, expandCampaignMatrix } from './expand.ts';
import { leaveOut } from './leave-out.ts';
import { parseCampaignConfig } from './load-campaign.ts';

const known = {
  knownOperators: ['none', 'my-operator'],
  whyNotSettings: (_: string, settings: object) => ('model' in settings ? 'model: not known' : undefined),
};

const load = (arms: string, more = '') =>
  parseCampaignConfig(
    `name: a\nsubjects: [postgres]\nchaos_types: [{type: latency}, {type: node_kill}]\nseed: 5\narms: ${arms}\n${more}`,
    'c.yaml',
    undefined,
    known,
  );

const THREE = '[none, my-operator, {name: slow, operator: my-operator, settings: {wait_seconds: 5}}]';

describe('arms', () => {
  test('are operators by name, or mappings with a name and settings of their own', () => {
    expect(load(THREE).arms).toEqual([
      { name: 'none', operator: 'none', settings: {} },
      { name: 'my-operator', operator: 'my-operator', settings: {} },
      { name: 'slow', operator: 'my-operator', settings: { wait_seconds: 5 } },
    ]);
    expect(load('[{operator: my-operator}]').arms).toMatchObject([{ name: 'my-operator' }]);
  });

  test('each run trial k of each cell once, next to one another, under keys that name them', () => {
    const config = load(THREE, 'trials_per_combination: 20\ninclude_baseline: true\n');
    const trials = [...expandCampaignMatrix(config)];
    expect(trials).toHaveLength(2 * 20 * 3 + 1);
    expect(countTrials(config)).toBe(trials.length);
    expect(trials.map(({ position }) => position)).toEqual([...trials.keys()]);
    const faults = trials.filter(({ baseline }) => !baseline);
    for (let start = 0; start < faults.length; start += 3) {
      const block = faults.slice(start, start + 3);
      expect(new Set(block.map(({ trial_index }) => trial_index)).size).toBe(1);
      expect(block.map(({ arm }) => arm).toSorted()).toEqual(['my-operator', 'none', 'slow']);
    }
    expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length);
    expect(faults.map(({ key }) => key)).toContain('postgres/latency@slow#7');
    // One per subject, whoever else repairs.
    expect(trials.at(-1)).toMatchObject({ key: 'postgres/none#0', arm: 'none', baseline: true });
  });

  test('come in an order that the seed draws anew for each repetition', () => {
    const orders = (seed: number) => {
      const trials = expandCampaignMatrix({ ...load(THREE, 'trials_per_combination: 20\n'), seed });
      return Map.groupBy(trials, ({ chaos_type, trial_index }) => `${chaos_type}${trial_index}`)
        .values()
        .map((block) => block.map(({ arm }) => arm).join())
        .toArray();
    };
    expect(orders(5)).toEqual(orders(5));
    expect(orders(5)).not.toEqual(orders(6));
    // All six orders of three arms in forty draws.
    expect(new Set(orders(5)).size).toBe(6);
  });

  test('of one alone change nothing but who repairs', () => {
    const config = load('[my-operator]');
    expect(config.operator).toBe('my-operator');
    expect(config.cells.map(({ cell, arm }) => [cell, arm])).toEqual([
      ['postgres/latency', 'my-operator'],
      ['postgres/node_kill', 'my-operator'],
    ]);
  });

  test('are refused with settings that their operator does not take, at their place', () => {
    expect(() => load('[none, {operator: my-operator, settings: {model: big}}]')).toThrow(
      /c\.yaml:5:\d+: arms\[1\]\.settings: model: not known/,
    );
  });

  test('lose a cell together when nobody can run it', () => {
    const left = leaveOut(load('[none, my-operator]'), (need) =>
      need.endsWith('latency') ? 'cannot' : undefined,
    );
    expect(left.cells.map(({ cell }) => cell)).toEqual([
      'postgres/node_kill@none',
      'postgres/node_kill@my-operator',
    ]);
  });

  test.each([
    ['[nobody]', '5:8: arms[0]: the operator "nobody" is not known'],
    ['[none, none]', '5:14: arms[1]: the arm "none" is listed twice'],
    ['[{name: x}]', '5:8: arms[0].operator: is missing'],
    ['[{operator: none, name: "A b"}]', '5:31: arms[0].name: must be lower-case'],
    ['[{operator: none, nam: a}]', 'unknown key, did you mean "name"?'],
    ['[{operator: none, settings: [1]}]', 'arms[0].settings: must be a mapping of plain values'],
    ['[{operator: none, settings: {a: .inf}}]', 'arms[0].settings: must be a mapping of plain values'],
    ['[7]', 'arms[0]: must be a mapping'],
    ['[]', 'arms: must not be empty'],
    ['[none]\noperator: none', '6:11: operator: must be left out where there are arms'],
  ])('%s is refused', (arms, message) => {
    expect(() => load(arms)).toThrow(message);
  });
});
