import { chiSquareTail } from '../distributions/chi-square.ts';
import { byTimeThenCensored, type CensoredTime } from './censored-time.ts';

/** The two arms of one stratum: one cell. */
export interface Stratum {
  readonly first: readonly CensoredTime[];
  readonly second: readonly CensoredTime[];
}

export interface LogRank {
  /** Of the second arm: events seen, and expected were the arms alike. */
  readonly observed: number;
  readonly expected: number;
  readonly chiSquare: number;
  readonly p: number;
}

/**
 * The log-rank test of Mantel (1966) on one degree of freedom; with several strata, observed, expected and variance
 * are added up over them first, so that arms are compared within a cell only (Collett, Modelling Survival Data, 2.8).
 * @returns undefined where it can say nothing: no event happened while both arms were at risk
 */
export function logRank(strata: readonly Stratum[]): LogRank | undefined {
  let observed = 0;
  let expected = 0;
  let variance = 0;
  for (const { first, second } of strata) {
    const all = [
      ...first.map((time) => ({ ...time, own: 0 })),
      ...second.map((time) => ({ ...time, own: 1 })),
    ];
    all.sort(byTimeThenCensored);
    let atRisk = all.length;
    let ownAtRisk = second.length;
    for (const now of instants(all)) {
      const events = now.filter(({ censored }) => !censored);
      const share = ownAtRisk / atRisk;
      observed += countOwn(events);
      expected += events.length * share;
      if (atRisk > 1) {
        variance += (events.length * share * (1 - share) * (atRisk - events.length)) / (atRisk - 1);
      }
      atRisk -= now.length;
      ownAtRisk -= countOwn(now);
    }
  }
  if (variance === 0) return undefined;
  const chiSquare = (observed - expected) ** 2 / variance;
  return { observed, expected, chiSquare, p: chiSquareTail(chiSquare, 1) };
}

type OwnedTime = CensoredTime & { readonly own: number };

/** Sorted times, those of one instant together. */
function* instants(sorted: readonly OwnedTime[]): Generator<OwnedTime[]> {
  let now: OwnedTime[] = [];
  for (const time of sorted) {
    if (now.length > 0 && now[0]?.ms !== time.ms) {
      yield now;
      now = [];
    }
    now.push(time);
  }
  if (now.length > 0) yield now;
}

function countOwn(times: readonly OwnedTime[]): number {
  return times.filter(({ own }) => own === 1).length;
}
