import { gammaln } from 'simple-statistics';

/** The logarithm of the number of ways to choose `chosen` of `all`. */
export function logChoices(all: number, chosen: number): number {
  return gammaln(all + 1) - gammaln(chosen + 1) - gammaln(all - chosen + 1);
}

/** The chance of exactly `successes` in `trials` with a `rate` in [0, 1]. */
export function binomialChance(successes: number, trials: number, rate: number): number {
  if (rate <= 0) return successes === 0 ? 1 : 0;
  if (rate >= 1) return successes === trials ? 1 : 0;
  return Math.exp(
    logChoices(trials, successes) + successes * Math.log(rate) + (trials - successes) * Math.log(1 - rate),
  );
}
