import type { Campaign, ExecutionResult, NewCampaign, NewTrial, TrialEvent } from './rows.ts';
import type { Store } from './store.ts';
import { sampleCampaign } from './testing-samples.ts';

/** A trial with how its execution ended; without a result it stays pending. */
export interface RecordedSample {
  readonly trial: NewTrial;
  readonly result?: ExecutionResult;
  readonly timeline?: readonly Omit<TrialEvent, 'trialId' | 'execution'>[];
}

/** A campaign whose trials have ended as told, recorded the way a worker does it, one after the other. */
export async function recordCampaign(
  store: Store,
  given: Partial<NewCampaign>,
  samples: readonly RecordedSample[],
): Promise<Campaign> {
  const created = await store.createCampaign(
    sampleCampaign({ attempts: 1, ...given }),
    samples.map(({ trial }) => trial),
  );
  const trials = await store.listTrials(created.id);
  for (const [index, { result, timeline = [] }] of samples.entries()) {
    const trialId = trials[index]?.id ?? '';
    if (result === undefined) continue;
    const claim = await store.claim({ trialId, workerId: 'sample', place: 'here', reopenFailed: false });
    if (claim.kind !== 'claimed') throw new Error(`trial ${trialId} was not claimed: ${claim.kind}`);
    const ref = { trialId, execution: claim.execution };
    await store.endExecution(
      ref,
      result,
      timeline.map((event) => ({ ...ref, ...event })),
    );
    await store.restSlot(ref, 0);
  }
  return (await store.getCampaign(created.id)) ?? created;
}
