import { builtInCatalogue } from '@ordeal/catalogue';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CampaignConfig } from './config.ts';
import { countTrials, expandCampaignMatrix } from './expand.ts';
import { parseCampaignConfig } from './load-campaign.ts';

/** Campaign files that are valid for every built-in subject. */
const campaigns = fc.record({
  name: fc.constant('generated'),
  subjects: fc.shuffledSubarray(Object.keys(builtInCatalogue.subjects), { minLength: 1 }),
  chaos_types: fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('node_kill'), target: fc.constantFrom('any', 'leader', 'follower') }),
      fc.record({
        type: fc.constant('latency'),
        params: fc.record({ min_ms: fc.integer({ min: 0, max: 100 }) }),
      }),
      fc.record({ type: fc.constant('network_partition'), duration_seconds: fc.integer({ min: 1, max: 9 }) }),
    ),
    { minLength: 1, maxLength: 8 },
  ),
  trials_per_combination: fc.integer({ min: 1, max: 6 }),
  include_baseline: fc.boolean(),
  seed: fc.maxSafeInteger(),
});

const load = (file: object): CampaignConfig => parseCampaignConfig(stringify(file), 'c.yaml');

describe('expansion', () => {
  test('yields as many trials as are counted: subjects x entries x repetitions, and the baselines', () => {
    fc.assert(
      fc.property(campaigns, (file) => {
        const config = load(file);
        const expected =
          file.subjects.length *
          (file.chaos_types.length * file.trials_per_combination + (file.include_baseline ? 1 : 0));
        expect(countTrials(config)).toBe(expected);
        expect([...expandCampaignMatrix(config)]).toHaveLength(expected);
      }),
    );
  });

  test('goes by subject, entry and repetition; baselines are last; positions count up from 0', () => {
    fc.assert(
      fc.property(campaigns, (file) => {
        const order = [...expandCampaignMatrix(load(file))].map((trial) => [
          trial.position,
          trial.subject,
          trial.chaos_type,
          trial.trial_index,
          trial.baseline,
        ]);
        const faults = file.subjects.flatMap((subject) =>
          file.chaos_types.flatMap(({ type }) =>
            Array.from({ length: file.trials_per_combination }, (_, index) => [subject, type, index, false]),
          ),
        );
        const baselines = file.include_baseline
          ? file.subjects.map((subject) => [subject, 'none', 0, true])
          : [];
        expect(order).toEqual([...faults, ...baselines].map((trial, position) => [position, ...trial]));
      }),
    );
  });

  test('gives every trial a key of its own, made of its cell and index', () => {
    fc.assert(
      fc.property(campaigns, (file) => {
        const trials = [...expandCampaignMatrix(load(file))];
        expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length);
        for (const { key, cell, trial_index } of trials) {
          expect(key).toBe(`${cell}#${trial_index}`);
          expect(key).toMatch(/^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*(\.[2-9])?#\d+$/);
        }
      }),
    );
  });

  test('is the same for the same file, and for a config that has been stored as JSON', () => {
    fc.assert(
      fc.property(campaigns, (file) => {
        const config = load(file);
        const trials = [...expandCampaignMatrix(config)];
        expect([...expandCampaignMatrix(load(file))]).toEqual(trials);
        const stored = JSON.parse(JSON.stringify(config)) as CampaignConfig;
        expect([...expandCampaignMatrix(stored)]).toEqual(trials);
      }),
    );
  });

  test('gives a baseline the longest horizon of its own subject', () => {
    fc.assert(
      fc.property(campaigns, (file) => {
        const { cells } = load({ ...file, include_baseline: true });
        for (const baseline of cells.filter((cell) => cell.baseline)) {
          const others = cells.filter((cell) => cell.subject === baseline.subject && !cell.baseline);
          expect(baseline.horizon_seconds).toBe(Math.max(...others.map((cell) => cell.horizon_seconds)));
          expect(baseline).toMatchObject({ arm: 'none', target: null, chaos_params: {} });
        }
      }),
    );
  });

  test('takes no more memory for a million trials than for a few', () => {
    const config = load({ name: 'a', chaos_types: [{ type: 'latency' }], trials_per_combination: 1_000_000 });
    const before = process.memoryUsage().heapUsed;
    let highest = 0;
    let count = 0;
    let last = '';
    for (const trial of expandCampaignMatrix(config)) {
      if (count % 10_000 === 0) highest = Math.max(highest, process.memoryUsage().heapUsed);
      count += 1;
      last = trial.key;
    }
    expect(count).toBe(1_000_000);
    expect(last).toBe('tikv/latency#999999');
    // Kept, they would take some 200 MB; what is seen here is garbage not yet collected.
    expect(highest - before).toBeLessThan(80_000_000);
  });
});
