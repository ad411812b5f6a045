import type { CampaignConfig, CellSpec, TrialSpec } from './config.ts';

/**
 * The campaign's trials, one at a time: for each subject, each chaos entry, each repetition; then one baseline per
 * subject. Lazy, so that a million trials take no more memory than ten.
 *
 * @example for (const trial of expandCampaignMatrix(config)) console.log(trial.key);
 */
export function* expandCampaignMatrix(config: CampaignConfig): Generator<TrialSpec, void, undefined> {
  let position = 0;
  for (const cell of config.cells) {
    for (let index = 0; index < repetitions(config, cell); index += 1) {
      yield { ...cell, position, key: `${cell.cell}#${index}`, trial_index: index };
      position += 1;
    }
  }
}

/** How many trials {@link expandCampaignMatrix} yields, without expanding. */
export function countTrials(config: Pick<CampaignConfig, 'cells' | 'trials_per_combination'>): number {
  return config.cells.reduce((count, cell) => count + repetitions(config, cell), 0);
}

function repetitions(config: Pick<CampaignConfig, 'trials_per_combination'>, cell: CellSpec): number {
  return cell.baseline ? 1 : config.trials_per_combination;
}
