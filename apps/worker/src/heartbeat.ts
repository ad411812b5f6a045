import { describeError, monotonicMs, type Timing } from '@ordeal/core';
import type { Store } from '@ordeal/store';
import type { Logger } from 'pino';
import type { Guards } from './guards.ts';
import type { LiveExecutions } from './live-executions.ts';
import { every, type Loop } from './loop.ts';

/** A cancel, or a pause at once, must be noticed within two seconds; a campaign tells of each trial's end, which must not cost a beat each. */
const NOTICE_GAP_MS = 500;

export interface Heartbeat extends Loop {
  /** Abandons, at once, executions whose last acknowledged beat is too old. */
  check(): void;
}

/**
 * Tells Postgres every beat that this worker's executions live, and its guards that Postgres has heard it. Losing
 * either stops the executions: whatever they would still find may be the doing of the guard's undo.
 */
export function startHeartbeat(parts: {
  workerId: string;
  store: Store;
  guards: Guards;
  live: LiveExecutions;
  timing: Timing;
  log: Logger;
}): Heartbeat {
  const { workerId, store, guards, live, timing, log } = parts;
  let lastProofMs = monotonicMs();

  async function beat(): Promise<void> {
    const beating = live.beating();
    const sentMs = monotonicMs();
    // Taken before the beat is sent: no guard's lease may run from a later instant than that.
    const proofs = guards.all.map(({ keeper }) => ({ keeper, proof: keeper.lastTick() }));
    try {
      const { owned, cancelled, paused } = await store.beat(workerId, beating);
      lastProofMs = sentMs;
      const ownedKeys = new Set(owned.map((ref) => `${ref.trialId}/${ref.execution}`));
      const lost = beating.filter((ref) => !ownedKeys.has(`${ref.trialId}/${ref.execution}`));
      live.abort(cancelled, 'cancelled', 'the campaign was cancelled');
      live.abort(paused, 'paused', 'the campaign was paused');
      live.abort(lost, 'abandoned', 'the execution is no longer ours');
      await Promise.all(proofs.map(({ keeper, proof }) => proof && keeper.renewLeases(proof, owned)));
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
    check: abandonWhenStale,
    async stop() {
      await Promise.all([beats.stop(), checks.stop()]);
    },
  };
}
