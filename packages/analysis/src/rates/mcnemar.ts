import { binomialChance } from '../distributions/binomial.ts';

/**
 * McNemar's test, exact and two-sided: were the two arms alike, each pair in which only one of them succeeded would be
 * a toss of a coin (McNemar 1947; Agresti, Categorical Data Analysis, 10.1.4).
 * @returns the p value; 1 when no pair differs
 */
export function mcnemarExact(pairs: { readonly onlyFirst: number; readonly onlySecond: number }): number {
  const tosses = pairs.onlyFirst + pairs.onlySecond;
  const fewer = Math.min(pairs.onlyFirst, pairs.onlySecond);
  let tail = 0;
  for (let count = 0; count <= fewer; count += 1) tail += binomialChance(count, tosses, 0.5);
  return Math.min(1, 2 * tail);
}
