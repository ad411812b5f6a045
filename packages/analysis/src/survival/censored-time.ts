/** A time to an event: known, or known to be longer than what was watched. */
export interface CensoredTime {
  readonly ms: number;
  readonly censored: boolean;
  /** When it may have happened at the earliest, where that was seen in steps only; left out: at `ms` itself. */
  readonly earliestMs?: number;
}

/** At one instant events come before censorings, the usual convention. */
export function byTimeThenCensored(a: CensoredTime, b: CensoredTime): number {
  return a.ms - b.ms || Number(a.censored) - Number(b.censored);
}

/** The same times with every event at its earliest. */
export function atEarliest(times: readonly CensoredTime[]): CensoredTime[] {
  return times.map(({ ms, censored, earliestMs = ms }) => ({ ms: censored ? ms : earliestMs, censored }));
}
