import { describeError } from '@ordeal/core';
import { heldExecutions } from '@ordeal/guard';
import { type Folders, parsePlace } from '@ordeal/place';
import type { Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { aboutExecution } from './about-execution.ts';
import { every, type Loop } from './loop.ts';

const LOOK_EVERY_MS = 5_000;

const REMOVED = 'its instance is removed';
const REBOOTED = 'its instance is removed, and the machine has been started again since';

/**
 * Closes the ledger's rows of this place whose worker can no longer do it: the guard of a dead worker undoes on its
 * own, and has nobody to tell. A row is closed when its execution has ended and no guard here, alive or dead, has
 * anything left of it.
 */
export function startLedgerWatch(parts: {
  store: Store;
  folders: Folders;
  place: string;
  log: Logger;
}): Loop {
  const { store, folders, place, log } = parts;

  async function look(): Promise<void> {
    try {
      const here = parsePlace(place);
      const open = (await store.openInjections()).flatMap((injection) => {
        const there = parsePlace(injection.place);
        const isOurs = there?.machine === here?.machine && there?.home === here?.home;
        return isOurs ? [{ injection, seen: there?.boot === here?.boot ? REMOVED : REBOOTED }] : [];
      });
      if (open.length === 0) return;
      // In this order: what is live here and now is not looked for in journals that were read before.
      const live = new Set((await store.liveExecutions()).map((ref) => `${ref.trialId}/${ref.execution}`));
      const held = new Set((await heldExecutions(folders)).map((ref) => `${ref.trial}/${ref.execution}`));
      for (const { injection, seen } of open) {
        const key = `${injection.trialId}/${injection.execution}`;
        if (live.has(key) || held.has(key)) continue;
        await store.advanceInjection(injection.id, 'gone', { seen });
        const about = await aboutExecution(store, injection);
        log.info({ ...about, injection: injection.id }, `closed a row of the ledger: ${seen}`);
      }
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not look through the ledger');
    }
  }

  return every(LOOK_EVERY_MS, look);
}
