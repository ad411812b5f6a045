/** One benchmark: a figure of ours, and what it is measured against, in one run. */
export interface Benchmark {
  readonly title: string;
  readonly defaults: Size;
  /** @param say takes lines about the progress */
  run(size: Size, say: (line: string) => void): Promise<Result>;
}

interface Size {
  /** Trials, jobs or instances a run. Fewer: the start of a process weighs more. More: it takes longer. */
  readonly trials: number;
  /** How often both sides run, in turn. Fewer: one disturbance decides. More: it takes longer. */
  readonly pairs: number;
}

interface Result {
  /** Goes to `--json` as it is. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly lines: readonly string[];
}

/** The middle one; of an even number, the mean of the two in the middle. @throws RangeError for none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no values, no median');
  return (lower + upper) / 2;
}

/** To so many significant digits: a median of three is not exact to the last one. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
