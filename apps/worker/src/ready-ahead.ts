import { type Phase, RUNTIMES, type RuntimeName } from '@ordeal/core';
import type { Body } from '@ordeal/guard';
import type { Campaign, Trial, WaitingTrials } from '@ordeal/store';
import type { Guards } from './guards.ts';
import type { LiveExecutions } from './live-executions.ts';
import { every, type Loop } from './loop.ts';

/** Well within a guard's lease, which is how long it keeps what it was asked for. */
const ASK_EVERY_MS = 2_000;

type Wanted = Body<'ahead'>['wanted'];

interface RunningTrial {
  readonly campaign: Pick<Campaign, 'id' | 'cooldownSeconds'>;
  readonly trial: Pick<Trial, 'subject' | 'runtime'>;
  readonly phase: Phase;
}

/**
 * What to make ready now: one instance for each trial that is past its own start, as long as its campaign has trials
 * that wait. These are taken to be like the one that was claimed last, which they are but for the few where a cell
 * of another subject begins. Pure.
 *
 * Campaigns that cool down get none: their slots rest longer than a start takes, and whoever wants rest wants it during
 * a trial as well.
 * @param running in order of their claims
 * @param most how many there may be on a runtime
 */
export function wantedAhead(
  running: readonly RunningTrial[],
  waiting: ReadonlyMap<string, WaitingTrials>,
  most: (runtime: RuntimeName) => number,
): Wanted {
  const wanted = new Map<string, Wanted[number]>();
  const left = new Map(RUNTIMES.map((runtime) => [runtime, most(runtime)]));
  const byCampaign = Map.groupBy(running, ({ campaign }) => campaign.id);
  for (const [id, own] of byCampaign) {
    const last = own.at(-1);
    if (last === undefined || last.campaign.cooldownSeconds > 0) continue;
    const { subject, runtime } = last.trial;
    const started = own.filter(({ phase }) => phase !== 'starting').length;
    const room = left.get(runtime) ?? 0;
    const count = Math.min(started, waiting.get(id)?.waiting ?? 0, room);
    if (count === 0) continue;
    left.set(runtime, room - count);
    const key = `${subject}/${runtime}`;
    wanted.set(key, { subject, runtime, count: count + (wanted.get(key)?.count ?? 0) });
  }
  return [...wanted.values()];
}

export interface ReadyAhead extends Loop {
  /** What the running campaigns still have to do. */
  setWaiting(waiting: ReadonlyMap<string, WaitingTrials>): void;
}

/** Keeps telling the guards which instances to make ready while trials run. */
export function startReadyAhead(parts: {
  guards: Pick<Guards, 'all' | 'of'>;
  live: Pick<LiveExecutions, 'running'>;
  most: (runtime: RuntimeName) => number;
  keepFreeMb: number;
}): ReadyAhead {
  const { guards, live, most, keepFreeMb } = parts;
  let waiting: ReadonlyMap<string, WaitingTrials> = new Map();
  let isAskedFor = false;

  async function ask(): Promise<void> {
    const wanted = wantedAhead(live.running(), waiting, most);
    // Nothing, and nothing before: there is nothing to say.
    if (wanted.length === 0 && !isAskedFor) return;
    isAskedFor = wanted.length > 0;
    await Promise.all(
      guards.all.map(({ keeper }) => {
        const own = wanted.filter(({ runtime }) => guards.of(runtime).keeper === keeper);
        return keeper.makeReadyAhead({ wanted: own, keepFreeMb });
      }),
    );
  }

  const loop = every(ASK_EVERY_MS, ask);
  return {
    now: () => loop.now(),
    stop: () => loop.stop(),
    setWaiting(now) {
      waiting = now;
    },
  };
}
