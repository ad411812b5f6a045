import type { Store, Trial, TrialRecord } from '@ordeal/store';
import { trialsOf } from './trials-of.ts';

/** A trial without its states and evidence: kilobytes each, for whoever asks for that very trial. */
type BriefTrial = Omit<Trial, 'record'> & { readonly record: BriefRecord | null };
type BriefRecord = Omit<TrialRecord, 'initialState' | 'finalState' | 'chaosMetadata'>;

export async function* briefTrials(
  store: Pick<Store, 'listTrials'>,
  campaignId: string,
): AsyncGenerator<BriefTrial, void> {
  for await (const trial of trialsOf(store, campaignId)) {
    yield { ...trial, record: trial.record && briefRecord(trial.record) };
  }
}

function briefRecord(record: TrialRecord): BriefRecord {
  const { initialState: _before, finalState: _after, chaosMetadata: _evidence, ...brief } = record;
  return brief;
}
