import type { ComparedTrial } from '@ordeal/analysis';
import type { Store, Trial } from '@ordeal/store';
import { trialsOf } from './trials-of.ts';

/** All trials of a campaign as the analysis takes them: without states and evidence, which would fill the memory. */
export async function recordedTrials(
  store: Pick<Store, 'listTrials'>,
  campaignId: string,
): Promise<ComparedTrial[]> {
  const recorded: ComparedTrial[] = [];
  for await (const trial of trialsOf(store, campaignId)) recorded.push(recordedTrial(trial));
  return recorded;
}

export function recordedTrial(trial: Trial): ComparedTrial {
  const { record } = trial;
  return {
    key: trial.key,
    cell: trial.cell,
    arm: trial.arm,
    trialIndex: trial.trialIndex,
    baseline: trial.baseline,
    goal: trial.goal,
    status: trial.status,
    outcome: trial.outcome,
    timeoutMs: trial.timing.timeoutSeconds * 1000,
    brokeMs: record?.brokeMs ?? null,
    resolvedMs: record?.resolvedMs ?? null,
    observedMs: record?.observedMs ?? null,
    zeroUncertaintyMs: Math.max(0, (record?.activeMs ?? 0) - (record?.appliedMs ?? 0)),
    failures: trial.failures,
    losses: trial.losses,
    operator: record?.operator ?? null,
    availability: record?.availability ?? null,
    writes: record?.writes ?? null,
    terms: termsOf(trial),
  };
}

/** What the cell means, apart from who is to repair: the database gives keys of objects in one order. */
function termsOf(trial: Trial): string {
  const { subject, chaosType, chaosParams, target, durationSeconds, goal, runtime } = trial;
  return JSON.stringify([subject, chaosType, chaosParams, target, durationSeconds, goal, runtime]);
}
