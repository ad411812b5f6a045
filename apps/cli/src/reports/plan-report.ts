import type { Rate, TrialPlan } from '@ordeal/analysis';
import { table } from '../terminal/table.ts';
import { counted, percent, rateText } from './figures-text.ts';

/** How many trials a campaign file needs, and what was assumed. */
export interface CampaignPlan extends TrialPlan {
  readonly rate: number;
  /** As somebody gave it, as an earlier campaign showed it, or taken because nobody knows. */
  readonly rateFrom: 'given' | 'unknown' | Rate;
  /** The earlier campaign. */
  readonly campaign: string | null;
  readonly detect: number;
  readonly power: number;
  readonly alpha: number;
  readonly cells: number;
  /** As the file has it. */
  readonly trialsPerCombination: number;
  readonly parallel: number;
  /** Of one that runs into its time-out, without the start of its instance. */
  readonly longestTrialSeconds: number;
}

/** A plan for a person. */
export function planReport(plan: CampaignPlan): string {
  const { rate, otherRate, detect, power, alpha, cells, trialsPerCombination } = plan;
  return [
    `To show a difference of ${percent(detect)} points (${percent(rate)} % of trials with their goal met, against ${percent(otherRate)} %) between two arms,`,
    `with a chance of ${percent(power)} %, and of ${percent(alpha)} % to show one that is not there:`,
    '',
    table(
      ['how', 'trials an arm', `over ${counted(cells, 'cell')}`, 'at most'],
      [
        ['paired: arms of one campaign, or the same seed', ...needed(plan, plan.paired)],
        ['unpaired: another seed', ...needed(plan, plan.unpaired)],
      ],
    ),
    '',
    `The file has trials_per_combination: ${trialsPerCombination}, ${counted(trialsPerCombination * cells, 'trial')} an arm. For each cell by itself the trials an arm are those of one cell.`,
    `Assumed: ${rateSentence(plan)}; the same difference in all cells; no void trials; paired trials that end`,
    "independently of each other (McNemar's exact test): fewer are needed where a pair's trials agree.",
  ].join('\n');
}

function needed({ cells, parallel, longestTrialSeconds }: CampaignPlan, trials: number): string[] {
  const each = Math.ceil(trials / cells);
  const hours = (2 * each * cells * longestTrialSeconds) / parallel / 3_600;
  const time = hours < 1 ? `${Math.ceil(hours * 60)} min` : `${hours.toFixed(1)} h`;
  return [String(trials), `trials_per_combination: ${each}`, `${time} for both arms`];
}

function rateSentence({ rate, rateFrom, campaign }: CampaignPlan): string {
  if (rateFrom === 'given') return `a rate of ${percent(rate)} %, as given`;
  if (rateFrom === 'unknown') return 'a rate of 50 %, which needs most (say --rate, or --from N)';
  return `the rate of campaign ${campaign}, ${rateFrom.count} of ${rateFrom.of}: ${rateText(rateFrom)}`;
}
