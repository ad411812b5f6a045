import type { Execution, Injection, Store, Trial } from '@ordeal/store';

/**
 * What a campaign's rows say against the promises, a line for each breach: whatever has died meanwhile, every trial has
 * one recorded result, no two executions of a trial acted at once, the cap held, and no fault is left on the books.
 * @param straighten an instant of the rows, where the clock that it was read from has been turned meanwhile
 */
export async function breachesIn(
  store: Store,
  campaignId: string,
  straighten: Straighten = (instant) => instant,
): Promise<string[]> {
  const campaign = await store.getCampaign(campaignId);
  if (campaign === undefined) return [`there is no campaign ${campaignId}`];
  const trials = await store.listTrials(campaignId, { limit: 100_000 });
  const histories = await Promise.all(
    trials.map(async (trial) => ({
      trial,
      executions: await store.listExecutions(trial.id),
      injections: await store.listInjections(trial.id),
    })),
  );
  const executions = histories.flatMap((history) => history.executions);
  return [
    ...(campaign.status === 'finished' ? [] : [`the campaign is ${campaign.status}`]),
    ...histories.flatMap(({ trial, executions: own }) => resultsOf(trial, own)),
    ...histories.flatMap(({ trial, injections }) => overlapsOf(trial, injections, straighten)),
    ...mostAtOnce(executions, campaign.parallel, straighten),
  ];
}

type Straighten = (instant: Date) => Date;

function resultsOf(trial: Trial, executions: readonly Execution[]): string[] {
  const results = executions.filter(({ end }) => end === 'result');
  const live = executions.filter(({ end }) => end === null);
  return [
    ...(trial.status === 'completed' ? [] : [`${trial.key} is ${trial.status}: ${trial.error}`]),
    ...(results.length === 1 ? [] : [`${trial.key} has ${results.length} results`]),
    ...(live.length === 0 ? [] : [`${trial.key} still runs`]),
    ...(results.at(-1)?.execution === trial.execution
      ? []
      : [`${trial.key} shows another execution's result`]),
  ];
}

/** A fault of one execution must be over before the next one's is even planned. */
function overlapsOf(trial: Trial, injections: readonly Injection[], straighten: Straighten): string[] {
  const inOrder = injections.toSorted((a, b) => a.execution - b.execution);
  return inOrder.flatMap((injection, index) => {
    const next = inOrder[index + 1];
    const over = endOf(injection);
    if (over === undefined) return [`${injection.id} of ${trial.key} is still ${injection.state}`];
    if (next === undefined || !hasActed(injection)) return [];
    const [ended, planned] = [straighten(over), straighten(next.plannedAt)];
    if (ended <= planned) return [];
    return [
      `${next.id} of ${trial.key} was planned at ${planned.toISOString()}, before the fault of ${injection.id} ended at ${ended.toISOString()}`,
    ];
  });
}

/** Somebody saw it applied, or had something to undo; else it was planned, and no guard has heard of it. */
function hasActed({ evidence }: Injection): boolean {
  const told = Object.keys(evidence ?? {});
  return told.some((state) => state !== 'gone') || undoneAtIn(evidence) !== undefined;
}

/** When it was undone, by whoever did it, or at the latest when that was seen. */
function endOf({ evidence, state, verifiedAt }: Injection): Date | undefined {
  if (state !== 'gone' || verifiedAt === null) return undefined;
  const told = undoneAtIn(evidence);
  return told === undefined || told > verifiedAt ? verifiedAt : told;
}

function undoneAtIn(evidence: unknown): Date | undefined {
  if (typeof evidence !== 'object' || evidence === null) return undefined;
  for (const [name, value] of Object.entries(evidence)) {
    if (name === 'undone_at' && typeof value === 'string') return new Date(value);
    const inside = undoneAtIn(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** By Postgres's clock, on which an execution lives from its claim until it is ended, or found lost. */
function mostAtOnce(executions: readonly Execution[], parallel: number, straighten: Straighten): string[] {
  const changes = executions.flatMap(({ startedAt, endedAt }) => [
    { at: straighten(startedAt).getTime(), by: 1 },
    ...(endedAt === null ? [] : [{ at: straighten(endedAt).getTime(), by: -1 }]),
  ]);
  let live = 0;
  let most = 0;
  for (const { by } of changes.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
    live += by;
    most = Math.max(most, live);
  }
  return most <= parallel ? [] : [`${most} executions at once, where ${parallel} are allowed`];
}
