import type { ExecutionRef, Store } from '@ordeal/store';

/** What each line of the log says that concerns an execution; ids, as `ordeal show` and `ordeal trial` take them. */
export interface AboutExecution {
  /** Null when Postgres could not be asked. */
  readonly campaign: string | null;
  readonly trial: string;
  readonly execution: number;
}

/** For whoever knows only the execution: guards and the ledger know no campaigns. Never throws. */
export async function aboutExecution(
  store: Pick<Store, 'getTrial'>,
  ref: ExecutionRef,
): Promise<AboutExecution> {
  const trial = await store.getTrial(ref.trialId).catch(() => undefined);
  return { campaign: trial?.campaignId ?? null, trial: ref.trialId, execution: ref.execution };
}
