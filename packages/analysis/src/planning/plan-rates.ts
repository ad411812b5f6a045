import { binomialChance } from '../distributions/binomial.ts';
import { normalQuantile } from '../distributions/normal.ts';

/** What a plan is asked for. */
export interface PlanRequest {
  /** The rate of the first arm that is expected. */
  readonly rate: number;
  /** The difference of rates to be shown; above 0. */
  readonly detect: number;
  /** The chance to show it, when it is there: 0.8. */
  readonly power: number;
  /** The chance to show one that is not there: 0.05. */
  readonly alpha: number;
}

/** Trials per arm. */
export interface TrialPlan {
  /** Of the second arm that was taken: one `detect` away, where the rate leaves room, or where it is harder. */
  readonly otherRate: number;
  /** Pairs, in which the arms end independently of each other: no more are needed, as long as they agree at least that much. */
  readonly paired: number;
  readonly unpaired: number;
}

/** More pairs than this are not gone through one by one. */
const MOST_EXACT = 2_000;

/**
 * How many trials per arm show a difference of rates.
 *
 * Unpaired: two binomials (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 4.2, without
 * continuity correction). Paired: Connor's formula (1987, Biometrics 43:207) for the start, then the smallest number
 * whose exact power for McNemar's exact test suffices (up to 2,000 pairs; beyond, the formula is close).
 */
export function planRates(request: PlanRequest): TrialPlan {
  const { rate, detect, power, alpha } = request;
  const otherRate = harderRate(rate, detect);
  const z = normalQuantile(1 - alpha / 2);
  const zPower = normalQuantile(power);
  const middle = (rate + otherRate) / 2;
  const spread = z * Math.sqrt(2 * middle * (1 - middle));
  const apart = zPower * Math.sqrt(rate * (1 - rate) + otherRate * (1 - otherRate));
  const chances = {
    onlyFirst: rate * (1 - otherRate),
    onlySecond: otherRate * (1 - rate),
  };
  const discordant = chances.onlyFirst + chances.onlySecond;
  const connor = Math.ceil(
    ((z * Math.sqrt(discordant) + zPower * Math.sqrt(Math.max(0, discordant - detect ** 2))) / detect) ** 2,
  );
  return {
    otherRate,
    paired: exactPairs(connor, chances, power, alpha),
    unpaired: Math.ceil(((spread + apart) / detect) ** 2),
  };
}

/** Up or down, whichever there is room for; where there is for both, the one nearer to one half, where rates vary most. */
function harderRate(rate: number, detect: number): number {
  const candidates = [rate + detect, rate - detect].filter((other) => other >= 0 && other <= 1);
  return candidates.reduce(
    (best, other) => (Math.abs(other - 0.5) < Math.abs(best - 0.5) ? other : best),
    candidates[0] ?? rate,
  );
}

function exactPairs(
  start: number,
  chances: { onlyFirst: number; onlySecond: number },
  power: number,
  alpha: number,
): number {
  let pairs = start;
  while (pairs < MOST_EXACT && exactPower(pairs, chances, alpha) < power) pairs += Math.ceil(pairs / 100);
  return pairs;
}

/** The chance that McNemar's exact test rejects, over all ways the pairs may differ. */
export function exactPower(
  pairs: number,
  { onlyFirst, onlySecond }: { onlyFirst: number; onlySecond: number },
  alpha: number,
): number {
  const discordant = onlyFirst + onlySecond;
  let power = 0;
  for (let tosses = 0; tosses <= pairs; tosses += 1) {
    const chance = binomialChance(tosses, pairs, discordant);
    if (chance < 1e-12) continue;
    const limit = mostThatRejects(tosses, alpha);
    for (let rare = 0; rare <= limit; rare += 1) {
      power += chance * binomialChance(rare, tosses, onlyFirst / discordant);
      power += chance * binomialChance(tosses - rare, tosses, onlyFirst / discordant);
    }
  }
  return power;
}

/** The largest number of the rarer side of so many tosses that McNemar's exact test rejects; -1: none. */
function mostThatRejects(tosses: number, alpha: number): number {
  let tail = 0;
  for (let rare = 0; ; rare += 1) {
    tail += binomialChance(rare, tosses, 0.5);
    if (2 * tail > alpha || 2 * rare >= tosses) return rare - 1;
  }
}
