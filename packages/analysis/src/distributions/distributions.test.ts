import { describe, expect, it } from 'vitest';
import { chiSquareTail } from './chi-square.ts';
import { normalBelow, normalQuantile, studentQuantile } from './normal.ts';

describe('tables of the usual distributions', () => {
  it.each([
    [3.841458820694124, 1, 0.05],
    [6.634896601021213, 1, 0.01],
    [5.991464547107979, 2, 0.05],
    [18.307038053275146, 10, 0.05],
    [0.0039321400000195, 1, 0.95],
  ])('chi-square above %d with %d degrees of freedom: %d', (value, degrees, p) => {
    expect(chiSquareTail(value, degrees)).toBeCloseTo(p, 9);
  });

  it.each([
    [0.975, 1.959963984540054],
    [0.8, 0.8416212335729143],
    [0.999, 3.090232306167813],
    [0.001, -3.090232306167813],
    [0.5, 0],
  ])('normal quantile of %d: %d, and back', (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 9);
    expect(normalBelow(z)).toBeCloseTo(probability, 10);
  });

  it.each([
    [5, 2.5706],
    [10, 2.2281],
    [30, 2.0423],
  ])("Student's quantile of 0.975 with %d degrees of freedom: %d", (degrees, t) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(t, 2);
  });
});
