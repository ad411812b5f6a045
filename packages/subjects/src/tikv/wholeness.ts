import { deadlineSignal, type Observer } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import { healthAnswer, nodeOfStore, regionsAnswer, type StoreAnswer, storesAnswer } from './answers.ts';
import type { HttpReader } from './http-reader.ts';
import type { PlacementDriver } from './placement-driver.ts';
import { reservedBytes } from './settings.ts';
import { PLACEMENT_DRIVERS, STORES } from './topology.ts';

/** Many times what a healthy one takes, also with 150 ms more for each of its round trips. */
const ANSWER_MS = 1_500;
const MIB = 2 ** 20;

export interface WholenessParts {
  readonly observer: Observer;
  readonly placementDriver: PlacementDriver;
  readonly reader: HttpReader;
}

/**
 * Is every node in service, with full redundancy? Each node must answer for itself, each PD must find all of them
 * well, PD must have heard of each store lately, each store must have room to write, and no region may lack a
 * replica, or have one that is behind. Says who is not well, and why.
 */
export async function wholeness(
  { observer, placementDriver, reader }: WholenessParts,
  caller: AbortSignal,
): Promise<{ whole: boolean; detail: string }> {
  const signal = deadlineSignal(ANSWER_MS, caller);
  const found = await Promise.all([
    ...PLACEMENT_DRIVERS.map((name) => problemsOf(name, () => memberProblems(placementDriver, name, signal))),
    ...STORES.map((name) =>
      problemsOf(name, async () => {
        await reader.read(observer.address(name, 'status'), '/status', signal);
        return [];
      }),
    ),
    problemsOf('PD', () => clusterProblems(placementDriver, signal)),
  ]);
  const problems = found.flat();
  if (problems.length > 0) return { whole: false, detail: problems.join('; ') };
  return {
    whole: true,
    detail: `${PLACEMENT_DRIVERS.length} PD healthy, ${STORES.length} stores up, no replica missing`,
  };
}

async function problemsOf(who: string, look: () => Promise<string[]>): Promise<string[]> {
  try {
    return (await look()).map((problem) => `${who}: ${problem}`);
  } catch (error) {
    return [`${who}: ${describeFailure(error)}`];
  }
}

/** A member that is cut off from the others finds them unwell, and they find it so. */
async function memberProblems(pd: PlacementDriver, name: string, signal: AbortSignal): Promise<string[]> {
  const members = await pd.askMember(name, 'health', healthAnswer, signal);
  const well = new Set(members.filter(({ health }) => health).map((member) => member.name));
  const missing = PLACEMENT_DRIVERS.filter((member) => !well.has(member));
  return missing.length === 0 ? [] : [`finds ${missing.join(', ')} not healthy`];
}

async function clusterProblems(pd: PlacementDriver, signal: AbortSignal): Promise<string[]> {
  const [{ stores }, missing, pending] = await Promise.all([
    pd.askCluster('stores', storesAnswer, signal),
    pd.askCluster('regions/check/miss-peer', regionsAnswer, signal),
    pd.askCluster('regions/check/pending-peer', regionsAnswer, signal),
  ]);
  const known = new Map(stores.map((store) => [nodeOfStore(store), store]));
  return [
    ...STORES.flatMap((name) => storeProblems(name, known.get(name))),
    ...(missing.count > 0 ? [`${missing.count} regions lack a replica`] : []),
    ...(pending.count > 0 ? [`${pending.count} regions have a replica that is behind`] : []),
  ];
}

function storeProblems(name: string, answer: StoreAnswer | undefined): string[] {
  if (answer === undefined) return [`${name} has not joined`];
  const { store, status } = answer;
  if (store.state_name !== 'Up') return [`${name} is ${store.state_name}`];
  const { capacity, available } = status;
  if (capacity === undefined || available === undefined) return [`${name} has sent no heartbeat yet`];
  const reserved = reservedBytes(capacity);
  if (available > reserved) return [];
  const left = Math.round(available / MIB);
  return [`${name} has ${left} MiB left, and rejects writes from ${Math.round(reserved / MIB)} MiB on`];
}
