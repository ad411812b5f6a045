import { describeError, type JsonObject } from '@ordeal/core';
import type { Farewell } from '@ordeal/guard';
import { parsePlace } from '@ordeal/place';
import type { Injection, Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { aboutExecution } from './about-execution.ts';
import type { GuardPlace, Guards } from './guards.ts';
import type { LiveExecutions } from './live-executions.ts';
import { every, type Loop } from './loop.ts';

const LOOK_EVERY_MS = 5_000;
const ANSWER = { timeoutMs: 10_000 };

const REMOVED = 'its instance is removed';
const REBOOTED = 'its instance is removed, and the machine has been started again since';

/**
 * Closes the ledger's rows of this worker's places whose worker can no longer do it: the guard of a dead worker undoes on its
 * own, and has nobody to tell but by the farewell that it leaves. A row is closed when its execution has ended and no
 * guard of the place, alive or dead, has anything left of it.
 */
export function startLedgerWatch(parts: {
  store: Store;
  guards: Guards;
  live: LiveExecutions;
  log: Logger;
}): Loop {
  const { store, guards, live: inHand, log } = parts;

  async function look({ place, keeper }: GuardPlace): Promise<void> {
    const guard = keeper.current;
    // Its successor will be asked.
    if (guard === undefined) return;
    try {
      const { farewells } = await guard.ask('left', {}, ANSWER);
      const open = (await store.openInjections()).flatMap((injection) => {
        const seen = seenFrom(place, injection);
        return seen === undefined ? [] : [{ injection, seen }];
      });
      if (open.length === 0 && farewells.length === 0) return;
      // In this order: what is live here and now is not looked for in journals that were read before.
      // What this worker still has in hand knows more of its fault than can be seen from here, and writes it itself.
      const acting = [...inHand.refs(), ...(await store.liveExecutions())];
      const live = new Set(acting.map((ref) => keyOf(ref.trialId, ref.execution)));
      const { held: left } = await guard.ask('left', {}, ANSWER);
      const held = new Set(left.map((ref) => keyOf(ref.trial, ref.execution)));
      const isOver = (key: string): boolean => !live.has(key) && !held.has(key);
      for (const { injection, seen } of open) {
        const key = keyOf(injection.trialId, injection.execution);
        if (!isOver(key)) continue;
        const farewell = farewells.find((left) => keyOf(left.trial, left.execution) === key);
        const evidence = evidenceOf(injection.id, farewell) ?? { seen };
        await store.advanceInjection(injection.id, 'gone', evidence);
        const about = await aboutExecution(store, injection);
        log.info({ ...about, injection: injection.id, evidence }, 'closed a row of the ledger');
      }
      for (const { trial, execution } of farewells) {
        if (!isOver(keyOf(trial, execution))) continue;
        await guard.ask('forget', { fence: { trial, execution } }, ANSWER);
      }
    } catch (error) {
      log.warn({ place, error: describeError(error) }, 'could not look through the ledger');
    }
  }

  return every(LOOK_EVERY_MS, async () => void (await Promise.all(guards.all.map(look))));
}

/** What the absence of an injection's instance here proves; undefined when it was made elsewhere. */
function seenFrom(place: string, injection: Injection): string | undefined {
  const here = parsePlace(place);
  const there = parsePlace(injection.place);
  if (there?.machine !== here?.machine || there?.home !== here?.home) return undefined;
  return there?.boot === here?.boot ? REMOVED : REBOOTED;
}

/** `undone_at` is for whoever asks when the fault ended. */
function evidenceOf(injection: string, farewell: Farewell | undefined): JsonObject | undefined {
  if (farewell === undefined) return undefined;
  const { by, at, reason } = farewell;
  const isProven = farewell.injections.some((one) => one.injection === injection && one.state === 'gone');
  const seen = isProven ? 'a probe of its guard saw it gone' : REMOVED;
  return { seen, undone_by: by, undone_at: at, reason };
}

function keyOf(trial: string, execution: number): string {
  return `${trial}/${execution}`;
}
