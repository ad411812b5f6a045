import {
  analyzeCells,
  type CellAnalysis,
  type ComparedTrial,
  compareArms,
  type EvidenceBalance,
  evidenceBalance,
  recoveryTime,
} from '@ordeal/analysis';
import type { Campaign, Store, Trial, TrialEvent } from '@ordeal/store';
import { verdictSentence } from '../reports/comparison-report.ts';

/** All that a report is made of. */
export interface ReportData {
  readonly campaign: Campaign;
  readonly trials: readonly ComparedTrial[];
  /** In order of first appearance, without baselines. */
  readonly arms: readonly string[];
  readonly cells: readonly CellAnalysis[];
  readonly evidence: EvidenceBalance;
  /** The other arms against the first one, a sentence each. */
  readonly verdicts: readonly string[];
  /** The worst one first. */
  readonly worst: readonly { readonly trial: Trial; readonly events: readonly TrialEvent[] }[];
}

/** More timelines than this nobody reads. */
const MOST_TIMELINES = 8;

/** Reads what the report of a campaign needs beside its recorded trials. */
export async function readReportData(
  store: Pick<Store, 'findTrial' | 'listEvents'>,
  campaign: Campaign,
  trials: readonly ComparedTrial[],
): Promise<ReportData> {
  const arms = [...new Set(trials.filter(({ baseline }) => !baseline).map(({ arm }) => arm))];
  const side = (arm: string) => ({
    label: arm,
    seed: campaign.seed,
    trials: trials.filter((trial) => trial.arm === arm),
  });
  const [first, ...others] = arms;
  const worst = await Promise.all(
    worstFirst(trials).map(async ({ key }) => {
      const trial = await store.findTrial(campaign.id, key);
      if (trial === undefined) return [];
      const events = await store.listEvents(trial.id);
      return [{ trial, events: events.filter(({ execution }) => execution === trial.execution) }];
    }),
  );
  return {
    campaign,
    trials,
    arms,
    cells: analyzeCells(trials),
    evidence: evidenceBalance(trials),
    verdicts:
      first === undefined ? [] : others.map((arm) => verdictSentence(compareArms(side(first), side(arm)))),
    worst: worst.flat(),
  };
}

/** Lost writes, then false alarms, what never came back, what failed, and the slowest of the rest. */
function worstFirst(trials: readonly ComparedTrial[]): ComparedTrial[] {
  const badness = ({ outcome, status, writes }: ComparedTrial): number => {
    if (writes !== null && writes.lost > 0) return 4;
    if (outcome === 'false_alarm') return 3;
    if (outcome === 'unresolved') return 2;
    return status === 'failed' ? 1 : 0;
  };
  return trials
    .filter((trial) => badness(trial) > 0 || recoveryTime(trial) !== undefined)
    .toSorted((a, b) => badness(b) - badness(a) || (recoveryTime(b)?.ms ?? 0) - (recoveryTime(a)?.ms ?? 0))
    .slice(0, MOST_TIMELINES);
}
