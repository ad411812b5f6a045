import { type ClaimRequest, claimTrials, UNKNOWN_TRIAL } from './claim.ts';
import { completeTrials } from './complete-trials.ts';
import { inBatches } from './database/batches.ts';
import { isId, type Session } from './database/session.ts';
import { type EndRequest, endExecutions } from './end-execution.ts';
import { restSlots, type SlotRest } from './executions.ts';
import {
  type AdvancedInjection,
  advanceInjections,
  type PlannedInjection,
  planInjections,
} from './injections.ts';
import { answerLateEnd } from './late-end.ts';
import type { Claim } from './rows.ts';
import { startTrials } from './start-trials.ts';
import type { Store } from './store.ts';
import { campaignOfTrial } from './trials.ts';

type RunningTrials = Pick<
  Store,
  'claim' | 'endExecution' | 'loseExecution' | 'restSlot' | 'planInjection' | 'advanceInjection'
>;

/** What is not keyed by a campaign shares one lane. */
const ONE_LANE = (): string => '';

/**
 * What running trials ask for, one by one and many at once: gathered, so that they share round trips and commits. Each
 * call still resolves only when it is committed. Claims and ends hold their campaign's lock, so each campaign has a
 * lane of its own: one that somebody holds keeps no other waiting.
 */
export function runningTrials(session: Session): RunningTrials {
  const gather = <Item, Answer>(
    laneOf: (item: Item) => string,
    run: (items: readonly Item[], lane: string) => Promise<readonly Answer[]>,
  ) => inBatches(laneOf, run, session.answerTimeoutMs);
  const start = gather(laneOfCampaign<ClaimRequest>, (requests, campaignId) =>
    startTrials(session, campaignId, requests),
  );
  const claim = gather(laneOfCampaign<ClaimRequest>, (requests, campaignId) =>
    claimTrials(session, campaignId, requests),
  );
  const complete = gather(laneOfCampaign<EndRequest>, (requests, campaignId) =>
    completeTrials(session, campaignId, requests),
  );
  const end = gather(laneOfCampaign<EndRequest>, (requests, campaignId) =>
    endExecutions(session, campaignId, requests),
  );
  const plan = gather(ONE_LANE, (plans: readonly PlannedInjection[]) => planInjections(session, plans));
  const rest = gather(
    ONE_LANE,
    unanswered((rests: readonly SlotRest[]) => restSlots(session, rests)),
  );
  const advance = gather(
    ONE_LANE,
    unanswered((moves: readonly AdvancedInjection[]) => advanceInjections(session, moves)),
  );

  /** Of trials that were claimed here, until they end: most ends need no look-up. */
  const campaigns = new Map<string, string>();
  const campaignOf = async (trialId: string): Promise<string | undefined> =>
    campaigns.get(trialId) ?? (await campaignOfTrial(session, trialId));

  return {
    async claim(request): Promise<Claim> {
      const campaignId = request.campaignId ?? (await campaignOf(request.trialId));
      if (campaignId === undefined || !isId(request.trialId)) return UNKNOWN_TRIAL;
      const asked = { ...request, campaignId };
      const claimed = (await start(asked)) ?? (await claim(asked));
      if (claimed.kind === 'claimed') campaigns.set(request.trialId, campaignId);
      return claimed;
    },
    async endExecution(ref, result, timeline = []) {
      const campaignId = await campaignOf(ref.trialId);
      const bring = result.end === 'result' ? complete : end;
      const ended = campaignId === undefined ? undefined : await bring({ ref, result, timeline, campaignId });
      campaigns.delete(ref.trialId);
      return ended ?? (await answerLateEnd(session, ref, result, timeline));
    },
    async loseExecution(ref, seenBeats, why) {
      const campaignId = await campaignOf(ref.trialId);
      if (campaignId === undefined) return false;
      const result = { end: 'lost', error: why } as const;
      return (await end({ ref, result, timeline: [], seenBeats, campaignId })) !== undefined;
    },
    restSlot: (ref, restMs) => rest({ ref, restMs }),
    planInjection: (ref, place, injection) => plan({ ref, place, plan: injection }),
    advanceInjection: (id, state, evidence) => advance({ id, state, evidence }),
  };
}

function laneOfCampaign<Request>({ campaignId }: Request & { readonly campaignId: string }): string {
  return campaignId;
}

/** A run whose calls only want to know that it is done. */
function unanswered<Item>(run: (items: readonly Item[]) => Promise<void>) {
  return async (items: readonly Item[]) => {
    await run(items);
    return items.map(() => undefined);
  };
}
