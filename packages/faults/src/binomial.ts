/**
 * The largest count of successes that so many tries, each succeeding with this probability, fall short of only with
 * a probability of at most `error`: who sees fewer may say that the probability is lower.
 * @param probability above 0 and at most 1
 */
export function surelyReached(tries: number, probability: number, error: number): number {
  let below = 0;
  for (let count = 0; count <= tries; count += 1) {
    below += chanceOf(count, tries, probability);
    if (below > error) return count;
  }
  return tries;
}

/** The probability of exactly so many successes. */
function chanceOf(count: number, tries: number, probability: number): number {
  let chance = 1;
  for (let index = 0; index < count; index += 1) {
    chance *= ((tries - index) / (count - index)) * probability;
  }
  return chance * (1 - probability) ** (tries - count);
}
