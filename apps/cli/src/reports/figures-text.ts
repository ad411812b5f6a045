import type { Interval, MedianTime, Rate, RestrictedMean, TimeFigures } from '@ordeal/analysis';
import { seconds } from './format.ts';

/** `80 % (49 to 94 %)`; `-` without anything to count in. */
export function rateText({ rate, interval }: Rate): string {
  if (rate === null || interval === null) return '-';
  return `${percent(rate)} % (${percent(interval.low)} to ${percent(interval.high)} %)`;
}

/** `12`, of 0.123: whole percent, in which nothing but all of them is 100 and nothing but none is 0. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if ((whole === 100 && share < 1) || (whole === 0 && share > 0)) return (share * 100).toFixed(1);
  return String(whole);
}

/** `2.1 s (1.8 to 3.0 s)`; `not reached (more than 4.0 s)` */
export function medianText({ ms, lowMs, highMs }: MedianTime): string {
  const low = lowMs === null ? undefined : seconds(lowMs);
  if (ms === null) return low === undefined ? 'not reached' : `not reached (above ${low})`;
  if (low === undefined || highMs === null) return `${seconds(ms)} (${low ?? '-'} or more)`;
  return lowMs === highMs ? seconds(ms) : `${seconds(ms)} (${bare(lowMs)} to ${seconds(highMs)})`;
}

/** `7.6 s (2.9 to 12.4 s)` */
export function meanText({ ms, interval }: RestrictedMean): string {
  return `${seconds(ms)} (${spanText(interval)})`;
}

/** `2.9 to 12.4 s`, of milliseconds. */
export function spanText({ low, high }: Interval): string {
  return `${bare(low ?? 0)} to ${seconds(high)}`;
}

/** The p value of a test, as it is written. */
export function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** By how much the sampling alone may have made times too long: the widest bracket of some figures. */
export function bracketMs(figures: readonly (TimeFigures | null)[]): number {
  return figures.reduce(
    (widest, each) => Math.max(widest, each ? each.restrictedMean.ms - each.earliest.restrictedMeanMs : 0),
    0,
  );
}

/** `3 trials`, `1 trial` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function bare(ms: number | null): string {
  return ((ms ?? 0) / 1000).toFixed(1);
}
