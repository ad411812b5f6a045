import type { ClaimVerdict, OperatorRecord } from '@ordeal/core';

/** What the operator of a cell's trials did, and how its claims stood up. */
export interface OperatorFigures {
  readonly trials: number;
  readonly commands: number;
  /** Different commands, over all trials. */
  readonly distinctCommands: number;
  /** Repairing acts on nodes that the fault did not target. */
  readonly onWrongNode: number;
  readonly nodesStopped: number;
  readonly claims: Readonly<Partial<Record<ClaimVerdict, number>>>;
  readonly mendedBy: Readonly<Partial<Record<'operator' | 'system' | 'undo', number>>>;
}

/** @returns undefined when no operator was at work */
export function operatorFigures(records: readonly OperatorRecord[]): OperatorFigures | undefined {
  if (records.length === 0) return undefined;
  const commands = records.flatMap(({ acts }) => acts.map(({ command }) => command));
  return {
    trials: records.length,
    commands: commands.length,
    distinctCommands: new Set(commands).size,
    onWrongNode: records.reduce((sum, { actsOnHealthyNodes }) => sum + actsOnHealthyNodes, 0),
    nodesStopped: records.reduce((sum, { nodesStopped }) => sum + nodesStopped, 0),
    claims: counts(records.map(({ claim }) => claim)),
    mendedBy: counts(records.flatMap(({ mendedBy }) => (mendedBy === null ? [] : [mendedBy]))),
  };
}

function counts<Word extends string>(words: readonly Word[]): Partial<Record<Word, number>> {
  const counted: Partial<Record<Word, number>> = {};
  for (const word of words) counted[word] = (counted[word] ?? 0) + 1;
  return counted;
}
