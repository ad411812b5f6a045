import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, longestBackoffMs } from './backoff.ts';
import type { Campaign, Trial } from './rows.ts';
import { sampleCampaign, sampleTrial } from './testing-samples.ts';

const campaign = (backoffSeconds: number, seed = 1): Campaign => ({
  ...sampleCampaign({ backoffSeconds, seed }),
  id: '1',
  status: 'running',
  trialCount: 1,
  createdAt: new Date(0),
  finishedAt: null,
  pausedAt: null,
  pausedBy: null,
  needs: [],
});
const trial = (execution: number): Trial => ({
  ...sampleTrial(0),
  id: '1',
  campaignId: '1',
  status: 'running',
  outcome: null,
  voidCause: null,
  execution,
  generation: 0,
  failures: 0,
  losses: 0,
  retryAt: null,
  slotFreeAt: null,
  error: null,
  record: null,
  endedAt: null,
});

test('doubles with each failure, within 20 %, never beyond what a claim believes, the same for the same execution', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer(),
      (base, failures, seed) => {
        const given = backoffMs(campaign(base, seed), trial(failures), failures);
        const plain = Math.min(base * 1_000 * 2 ** (failures - 1), 3_600_000);
        expect(given).toBeGreaterThanOrEqual(Math.floor(plain * 0.8));
        expect(given).toBeLessThanOrEqual(longestBackoffMs(campaign(base, seed), failures));
        expect(given).toBe(backoffMs(campaign(base, seed), trial(failures), failures));
      },
    ),
  );
});

test('no backoff is none', () => {
  expect(backoffMs(campaign(0), trial(1), 1)).toBe(0);
});
