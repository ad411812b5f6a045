import { createRandom } from '@ordeal/core';
import type { CampaignConfig, CellSpec, TrialSpec } from './config.ts';

/**
 * The campaign's trials, one at a time: for each subject, each chaos entry, each repetition, each arm in an order
 * drawn with the seed, so that no arm always meets the rested machine; then one baseline per subject. Lazy, so that
 * a million trials take no more memory than ten.
 *
 * @example for (const trial of expandCampaignMatrix(config)) console.log(trial.key);
 */
export function* expandCampaignMatrix(config: CampaignConfig): Generator<TrialSpec, void, undefined> {
  let position = 0;
  for (const [name, arms] of Map.groupBy(config.cells, cellWithoutArm)) {
    const count = arms[0] === undefined ? 0 : repetitions(config, arms[0]);
    for (let index = 0; index < count; index += 1) {
      for (const cell of inDrawnOrder(arms, config.seed, name, index)) {
        yield { ...cell, position, key: `${cell.cell}#${index}`, trial_index: index };
        position += 1;
      }
    }
  }
}

function inDrawnOrder(
  arms: readonly CellSpec[],
  seed: number,
  cell: string,
  index: number,
): readonly CellSpec[] {
  if (arms.length === 1) return arms;
  const random = createRandom(seed, 'order of arms', cell, index);
  return arms
    .map((arm) => ({ arm, drawn: random() }))
    .sort((a, b) => a.drawn - b.drawn)
    .map(({ arm }) => arm);
}

function cellWithoutArm({ cell }: CellSpec): string {
  return cell.split('@')[0] ?? cell;
}

/** How many trials {@link expandCampaignMatrix} yields, without expanding. */
export function countTrials(config: Pick<CampaignConfig, 'cells' | 'trials_per_combination'>): number {
  return config.cells.reduce((count, cell) => count + repetitions(config, cell), 0);
}

function repetitions(config: Pick<CampaignConfig, 'trials_per_combination'>, cell: CellSpec): number {
  return cell.baseline ? 1 : config.trials_per_combination;
}
