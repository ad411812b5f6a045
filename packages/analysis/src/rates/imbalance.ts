import { logChoices } from '../distributions/binomial.ts';
import { chiSquareTail } from '../distributions/chi-square.ts';

/** More tables than this are not gone through one by one. */
const MOST_TABLES = 200_000;
/** Tables as likely as the one seen count as such in spite of rounding: the tolerance of R's fisher.test. */
const ROUNDING = 1e-7;

export interface Share {
  readonly count: number;
  readonly of: number;
}

/** Whether something befalls the arms alike. */
export interface Imbalance {
  readonly p: number;
  readonly method: 'exact' | 'chi-square';
}

/**
 * Tests whether the shares of all groups may be one and the same: Fisher's exact test, for more than two groups as
 * Freeman and Halton (1951, Biometrika 38:141) extend it; Pearson's chi-square where the tables are too many.
 * @returns undefined when there is nothing to compare: fewer than two groups with anything in them
 */
export function imbalance(groups: readonly Share[]): Imbalance | undefined {
  const filled = groups.filter(({ of }) => of > 0);
  if (filled.length < 2) return undefined;
  const count = filled.reduce((sum, group) => sum + group.count, 0);
  const tables = Math.exp(logChoices(count + filled.length - 1, filled.length - 1));
  if (tables <= MOST_TABLES) return { p: freemanHalton(filled, count), method: 'exact' };
  return { p: pearson(filled, count), method: 'chi-square' };
}

/** The chance, margins given, of a table that is no more likely than this one. */
function freemanHalton(groups: readonly Share[], count: number): number {
  const all = groups.reduce((sum, { of }) => sum + of, 0);
  const weightOf = (group: Share, chosen: number): number => logChoices(group.of, chosen);
  const seen = groups.reduce((sum, group) => sum + weightOf(group, group.count), 0);
  const total = logChoices(all, count);
  let p = 0;
  const walk = (index: number, left: number, weight: number): void => {
    const group = groups[index];
    if (group === undefined) {
      if (left === 0 && weight <= seen + ROUNDING) p += Math.exp(weight - total);
      return;
    }
    for (let chosen = 0; chosen <= Math.min(group.of, left); chosen += 1) {
      walk(index + 1, left - chosen, weight + weightOf(group, chosen));
    }
  };
  walk(0, count, 0);
  return Math.min(1, p);
}

function pearson(groups: readonly Share[], count: number): number {
  const rate = count / groups.reduce((sum, { of }) => sum + of, 0);
  const statistic = groups.reduce(
    (sum, group) => sum + (group.count - group.of * rate) ** 2 / (group.of * rate * (1 - rate)),
    0,
  );
  return rate === 0 || rate === 1 ? 1 : chiSquareTail(statistic, groups.length - 1);
}
