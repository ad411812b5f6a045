import { cellWithoutArm, type RecordedTrial, timeAway } from '../recorded-trial.ts';
import type { CensoredTime } from '../survival/censored-time.ts';

/** One side of a comparison. */
export interface ComparedSide {
  /** For people: an arm, or a campaign's number. */
  readonly label: string;
  readonly seed: number;
  readonly trials: readonly ComparedTrial[];
}

/** A trial with the terms it ran under, as text: the same cell on both sides must mean the same. */
export interface ComparedTrial extends RecordedTrial {
  readonly terms: string;
}

/** The evidence of one cell on both sides; in pairs, when it is compared so: the same place in both lists. */
export interface MatchedCell {
  readonly cell: string;
  readonly first: readonly CensoredTime[];
  readonly second: readonly CensoredTime[];
}

export interface Matched {
  /** The same seed on both sides, so that trial k of a cell met the same draws. */
  readonly paired: boolean;
  readonly cells: readonly MatchedCell[];
  /** Up to where times are compared: the shortest time-out on either side. */
  readonly tauMs: number;
  /** Trials with evidence that has no partner on the other side. */
  readonly unmatched: number;
  /** Trials without evidence, of those that ended, by side. */
  readonly withoutEvidence: { readonly first: Ended; readonly second: Ended };
  /** Cells that are not compared, and why. */
  readonly leftOut: readonly { readonly cell: string; readonly why: string }[];
}

interface Ended {
  readonly count: number;
  readonly of: number;
}

/** Puts together what can be compared: the same cells, paired by index where the seeds agree. Baselines are left out. */
export function matchTrials(first: ComparedSide, second: ComparedSide): Matched {
  const sides = [first, second].map(({ trials }) => byCell(trials)) as [Cells, Cells];
  const paired = first.seed === second.seed;
  const cells: MatchedCell[] = [];
  const leftOut: { cell: string; why: string }[] = [];
  const kept: [ComparedTrial[], ComparedTrial[]] = [[], []];
  let unmatched = 0;
  for (const cell of new Set([...sides[0].keys(), ...sides[1].keys()])) {
    const [one, two] = sides.map((side) => side.get(cell) ?? []) as [ComparedTrial[], ComparedTrial[]];
    const why = whyNot(first.label, one, second.label, two);
    if (why !== undefined) {
      leftOut.push({ cell, why });
      continue;
    }
    kept[0].push(...one);
    kept[1].push(...two);
    const [times, others] = [timesByIndex(one), timesByIndex(two)];
    const shared = [...times.keys()].filter((index) => others.has(index));
    if (paired) unmatched += times.size + others.size - 2 * shared.length;
    cells.push({
      cell,
      first: paired ? shared.flatMap((index) => times.get(index) ?? []) : [...times.values()],
      second: paired ? shared.flatMap((index) => others.get(index) ?? []) : [...others.values()],
    });
  }
  const compared = kept.flat();
  return {
    paired,
    cells,
    tauMs: compared.reduce((least, { timeoutMs }) => Math.min(least, timeoutMs), Number.POSITIVE_INFINITY),
    unmatched,
    withoutEvidence: { first: withoutEvidence(kept[0]), second: withoutEvidence(kept[1]) },
    leftOut,
  };
}

type Cells = Map<string, ComparedTrial[]>;

function byCell(trials: readonly ComparedTrial[]): Cells {
  const cells: Cells = new Map();
  for (const trial of trials) {
    if (trial.baseline) continue;
    const cell = cellWithoutArm(trial.cell);
    const group = cells.get(cell) ?? [];
    cells.set(cell, group);
    group.push(trial);
  }
  return cells;
}

function whyNot(
  first: string,
  one: readonly ComparedTrial[],
  second: string,
  two: readonly ComparedTrial[],
): string | undefined {
  if (one.length === 0) return `only in ${second}`;
  if (two.length === 0) return `only in ${first}`;
  return one[0]?.terms === two[0]?.terms ? undefined : 'its fault, target, goal or runtime is another one';
}

function timesByIndex(trials: readonly ComparedTrial[]): Map<number, CensoredTime> {
  return new Map(
    trials.flatMap((trial): [number, CensoredTime][] => {
      const time = trial.status === 'completed' ? timeAway(trial) : undefined;
      return time === undefined ? [] : [[trial.trialIndex, time]];
    }),
  );
}

function withoutEvidence(trials: readonly ComparedTrial[]): Ended {
  const ended = trials.filter(({ status }) => status === 'completed' || status === 'failed');
  return { count: ended.filter(({ status }) => status === 'failed').length, of: ended.length };
}
