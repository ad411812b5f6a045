import type { ComparedSide, ComparedTrial } from '@ordeal/analysis';
import { OrdealError } from '@ordeal/core';
import type { Campaign } from '@ordeal/store';

/** A campaign with its recorded trials. */
export interface Recorded {
  readonly campaign: Pick<Campaign, 'id' | 'seed'>;
  readonly trials: readonly ComparedTrial[];
}

/**
 * The two sides that somebody asked to compare: two arms of one campaign, or one arm each of two.
 *
 * @param arms as named; undefined: there must be no choice
 * @throws OrdealError BAD_INPUT with the arms there are
 */
export function comparedSides(
  [one, other]: readonly [Recorded, Recorded?],
  arms: readonly string[] | undefined,
): [ComparedSide, ComparedSide] {
  if (arms !== undefined && arms.length !== 2) {
    throw new OrdealError('BAD_INPUT', `--arms takes two names, not ${arms.length}`);
  }
  if (other === undefined) {
    const names = arms ?? armsOf(one);
    const [first, second] = names;
    if (names.length !== 2 || first === undefined || second === undefined) throw choice(one, 'two of them');
    return [side(one, first, first), side(one, second, second)];
  }
  return [one, other].map((recorded, index) => {
    const [only, ...more] = armsOf(recorded);
    const arm = arms?.[index] ?? only;
    if (arm === undefined || (arms === undefined && more.length > 0)) throw choice(recorded, 'one of each');
    const label = `campaign ${recorded.campaign.id}`;
    return side(recorded, arm, arms === undefined ? label : `${label} (${arm})`);
  }) as [ComparedSide, ComparedSide];
}

function side(recorded: Recorded, arm: string, label: string): ComparedSide {
  const names = armsOf(recorded);
  if (!names.includes(arm)) {
    throw new OrdealError(
      'BAD_INPUT',
      `campaign ${recorded.campaign.id} has no arm "${arm}" (must be one of ${names.join(', ')})`,
    );
  }
  return {
    label,
    seed: recorded.campaign.seed,
    trials: recorded.trials.filter((trial) => trial.arm === arm && !trial.baseline),
  };
}

/** In order of first appearance; baselines belong to none. */
function armsOf({ trials }: Recorded): string[] {
  return [...new Set(trials.filter(({ baseline }) => !baseline).map(({ arm }) => arm))];
}

function choice(recorded: Recorded, which: string): OrdealError {
  return new OrdealError(
    'BAD_INPUT',
    `campaign ${recorded.campaign.id} has the arms ${armsOf(recorded).join(', ') || '(none)'}: name ${which} with --arms X Y, or a second campaign`,
  );
}
