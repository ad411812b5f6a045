import { describeError, monotonicMs, type Timing } from '@ordeal/core';
import type { Store } from '@ordeal/store';
import type { Logger } from 'pino';
import type { GuardKeeper } from './guard-keeper.ts';
import type { LiveExecutions } from './live-executions.ts';
import { every, type Loop } from './loop.ts';

/** A cancel, or a pause at once, must be noticed within two seconds; a campaign tells of each trial's end, which must not cost a beat each. */
const NOTICE_GAP_MS = 500;

/**
 * Tells Postgres every beat that this worker's executions live, and the guard that Postgres has heard it. Losing
 * either stops the executions: whatever they would still find may be the doing of the guard's undo.
 */
export function startHeartbeat(parts: {
  workerId: string;
  store: Store;
  guard: GuardKeeper;
  live: LiveExecutions;
  timing: Timing;
  log: Logger;
}): Loop {
  const { workerId, store, guard, live, timing, log } = parts;
  let lastProofMs = monotonicMs();

  async function beat(): Promise<void> {
    const beating = live.beating();
    const sentMs = monotonicMs();
    // Taken before the beat is sent: the guard's lease must not run from a later instant than that.
    const proof = guard.lastTick();
    try {
      const { owned, cancelled, paused } = await store.beat(workerId, beating);
      lastProofMs = sentMs;
      const ownedKeys = new Set(owned.map((ref) => `${ref.trialId}/${ref.execution}`));
      const lost = beating.filter((ref) => !ownedKeys.has(`${ref.trialId}/${ref.execution}`));
      live.abort(cancelled, 'cancelled', 'the campaign was cancelled');
      live.abort(paused, 'paused', 'the campaign was paused');
      live.abort(lost, 'abandoned', 'the execution is no longer ours');
      if (proof !== undefined) await guard.renewLeases(proof, owned);
    } catch (error) {
      log.warn({ error: describeError(error) }, 'heartbeat failed');
    }
  }

  /** A frozen or cut-off worker must not record what its guard's undo brought about. */
  function abandonWhenStale(): void {
    const silentMs = monotonicMs() - lastProofMs;
    if (silentMs <= timing.guardLeaseMs) return;
    const stale = live.olderThan(timing.guardLeaseMs);
    live.abort(stale, 'abandoned', `no acknowledged beat for ${Math.round(silentMs / 1000)} s`);
  }

  const beats = every(timing.beatMs, beat, NOTICE_GAP_MS);
  const checks = every(500, async () => abandonWhenStale());
  return {
    now: () => beats.now(),
    async stop() {
      await Promise.all([beats.stop(), checks.stop()]);
    },
  };
}
