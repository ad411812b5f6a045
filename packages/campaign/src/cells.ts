import { resolveTarget, targetWord } from '@ordeal/catalogue';
import { type Catalogue, NO_FAULT } from '@ordeal/core';
import { supportOf, unsupported } from './check-support.ts';
import type { ArmSpec, BaselineCell, CellSpec, FaultCell, SkippedCell } from './config.ts';
import type { ChaosEntry } from './read-chaos.ts';
import type { ChosenSubject } from './read-subjects.ts';

export interface Matrix {
  readonly cells: CellSpec[];
  /** Combinations that the catalogue does not have. */
  readonly skipped: SkippedCell[];
}

/**
 * The matrix: each subject with each chaos entry and arm, then the baselines. Made of what is right; where a problem was
 * reported, that cell is missing.
 */
export function buildMatrix(
  subjects: readonly ChosenSubject[],
  entries: readonly ChaosEntry[],
  catalogue: Catalogue,
  choice: { readonly arms: readonly ArmSpec[]; readonly baseline: boolean },
): Matrix {
  const found = subjects.flatMap((subject) => combinations(subject, entries, catalogue, choice.arms));
  const faults = found.flatMap((cell) => ('why' in cell ? [] : [cell]));
  const baselines = choice.baseline ? subjects.flatMap((subject) => baselineCell(subject, faults)) : [];
  return {
    cells: [...faults, ...baselines],
    skipped: found.flatMap((cell) => ('why' in cell ? [cell] : [])),
  };
}

function combinations(
  subject: ChosenSubject,
  entries: readonly ChaosEntry[],
  catalogue: Catalogue,
  arms: readonly ArmSpec[],
): (FaultCell | SkippedCell)[] {
  const { entry, runtime, goal } = subject;
  const seen = new Map<string, number>();
  return entries.flatMap(({ chaos }): (FaultCell | SkippedCell)[] => {
    if (chaos === undefined || runtime === undefined || goal === undefined) return [];
    const { spec, kind } = chaos;
    const nth = (seen.get(spec.type) ?? 0) + 1;
    seen.set(spec.type, nth);
    const cell = `${entry.name}/${spec.type}${nth === 1 ? '' : `.${nth}`}`;
    const supported = supportOf(subject, spec.type);
    if (supported === undefined) {
      return [{ cell, why: unsupported(subject, spec.type, catalogue) }];
    }
    const target = resolveTarget(entry, spec.target);
    if (target === undefined) return [];
    return arms.map(({ name }) => ({
      cell: arms.length === 1 ? cell : `${cell}@${name}`,
      subject: entry.name,
      arm: name,
      runtime,
      goal,
      horizon_seconds: supported.horizonSeconds,
      baseline: false as const,
      chaos_type: spec.type,
      chaos_params: spec.params,
      kind,
      target: targetWord(target),
      ...(spec.duration_seconds === undefined ? {} : { duration_seconds: spec.duration_seconds }),
    }));
  });
}

/** Watched for as long as the subject's longest cell, or a quiet baseline would say little about that cell. */
function baselineCell(subject: ChosenSubject, faults: readonly FaultCell[]): BaselineCell[] {
  const { entry, runtime, goal } = subject;
  const horizons = faults.filter((cell) => cell.subject === entry.name).map((cell) => cell.horizon_seconds);
  if (runtime === undefined || goal === undefined || horizons.length === 0) return [];
  return [
    {
      cell: `${entry.name}/${NO_FAULT}`,
      subject: entry.name,
      // Nobody repairs what nobody breaks; an operator here would only add its own noise.
      arm: 'none',
      runtime,
      goal,
      horizon_seconds: horizons.reduce((longest, horizon) => Math.max(longest, horizon), 0),
      baseline: true,
      chaos_type: NO_FAULT,
      chaos_params: {},
      kind: null,
      target: null,
    },
  ];
}
