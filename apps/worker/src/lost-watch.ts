import { describeError, monotonicMs, type Timing } from '@ordeal/core';
import type { Store } from '@ordeal/store';
import type { Logger } from 'pino';
import type { AboutExecution } from './about-execution.ts';
import { every, type Loop } from './loop.ts';
import type { LostTrial } from './queue-keeper.ts';

/**
 * Watches all live executions, of every worker: a beat counter that stands still for the execution lease, on our
 * own monotonic clock, is a lost execution. Counters and not times, so that no two clocks are ever compared.
 */
export function startLostWatch(parts: {
  store: Store;
  timing: Timing;
  log: Logger;
  onLost: (trial: LostTrial) => void;
}): Loop {
  const { store, timing, log, onLost } = parts;
  const seen = new Map<string, { beats: number; sinceMs: number }>();

  async function look(): Promise<void> {
    try {
      const live = await store.liveExecutions();
      const nowMs = monotonicMs();
      const keys = new Set<string>();
      for (const execution of live) {
        const key = `${execution.trialId}/${execution.execution}`;
        keys.add(key);
        const known = seen.get(key);
        if (known === undefined || known.beats !== execution.beats) {
          seen.set(key, { beats: execution.beats, sinceMs: nowMs });
          continue;
        }
        const silentMs = nowMs - known.sinceMs;
        if (silentMs < timing.executionLeaseMs) continue;
        const why = `worker ${execution.workerId} silent for ${Math.round(silentMs / 1000)} s`;
        if (await store.loseExecution(execution, execution.beats, why)) {
          const about: AboutExecution = {
            campaign: execution.campaignId,
            trial: execution.trialId,
            execution: execution.execution,
          };
          log.warn(about, `execution lost: ${why}`);
          onLost(execution);
        }
      }
      for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key);
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not look at live executions');
    }
  }

  return every(timing.watchMs, look);
}
