import { createRandom } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { mcnemarExact } from '../rates/mcnemar.ts';
import { exactPower, planRates } from './plan-rates.ts';

const usual = { power: 0.8, alpha: 0.05 };

describe('planning trials for a difference of rates', () => {
  it('of independent trials is the table of Fleiss, without continuity correction', () => {
    // 0.6 against 0.75: (1.96 sqrt(2 x 0.675 x 0.325) + 0.8416 sqrt(0.24 + 0.1875))^2 / 0.15^2 = 151.9.
    expect(planRates({ rate: 0.75, detect: 0.15, ...usual })).toMatchObject({
      otherRate: 0.6,
      unpaired: 152,
    });
  });

  it('takes the side where rates vary more, and stays within 0 and 1', () => {
    expect(planRates({ rate: 0.95, detect: 0.15, ...usual }).otherRate).toBeCloseTo(0.8, 12);
    expect(planRates({ rate: 0.1, detect: 0.2, ...usual }).otherRate).toBeCloseTo(0.3, 12);
  });

  it('asks for more when the difference is smaller or the power larger', () => {
    const pairs = (detect: number, power: number) =>
      planRates({ rate: 0.5, detect, power, alpha: 0.05 }).paired;
    expect(pairs(0.1, 0.8)).toBeGreaterThan(pairs(0.2, 0.8));
    expect(pairs(0.2, 0.95)).toBeGreaterThan(pairs(0.2, 0.8));
  });

  it('of pairs has the power it promises, as the simulated campaigns show', () => {
    const { paired, otherRate } = planRates({ rate: 0.6, detect: 0.3, ...usual });
    const random = createRandom('power');
    const runs = 1_000;
    let shown = 0;
    for (let run = 0; run < runs; run += 1) {
      let onlyFirst = 0;
      let onlySecond = 0;
      for (let pair = 0; pair < paired; pair += 1) {
        const [one, two] = [random() < 0.6, random() < otherRate];
        if (one && !two) onlyFirst += 1;
        if (two && !one) onlySecond += 1;
      }
      if (mcnemarExact({ onlyFirst, onlySecond }) <= 0.05) shown += 1;
    }
    const promised = exactPower(
      paired,
      { onlyFirst: 0.6 * (1 - otherRate), onlySecond: otherRate * 0.4 },
      0.05,
    );
    expect(promised).toBeGreaterThanOrEqual(0.8);
    expect(Math.abs(shown / runs - promised)).toBeLessThan(3 * Math.sqrt((0.8 * 0.2) / runs));
  });

  it('plans a tiny difference within a second', () => {
    expect(planRates({ rate: 0.5, detect: 0.02, ...usual }).paired).toBeGreaterThan(9_000);
    expect(planRates({ rate: 0.5, detect: 0.045, ...usual }).paired).toBeGreaterThan(1_900);
  });
});
