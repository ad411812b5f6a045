import { randomBytes } from 'node:crypto';
import { type Catalogue, checkTiming, DEFAULT_TIMING, type Timing } from '@ordeal/core';
import { type Folders, placeId } from '@ordeal/place';
import type { JobQueues } from '@ordeal/queue';
import type { Campaign, Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { startCampaignDesk } from './campaign-desk.ts';
import { findCapabilities } from './capabilities.ts';
import { GuardKeeper } from './guard-keeper.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startLedgerWatch } from './ledger-watch.ts';
import { LiveExecutions } from './live-executions.ts';
import { startLostWatch } from './lost-watch.ts';
import { type JobParts, jobHandler } from './run-job.ts';

/** Trials have this long to undo and give back before the worker leaves them to its guard. */
const STOP_TRIALS_MS = 11_000;

export interface WorkerOptions {
  readonly store: Store;
  readonly queues: JobQueues;
  readonly folders: Folders;
  readonly catalogue: Catalogue;
  readonly log: Logger;
  /** Trials at once over all campaigns, 1 or more. Too few: slots stand idle in Postgres; too many: the machine is too busy to measure. */
  readonly slots: number;
  readonly timing?: Timing;
  /** Takes only these campaigns; default: every campaign that it can run whole. */
  readonly wanted?: (campaign: Campaign) => boolean;
}

export interface RunningWorker {
  readonly id: string;
  readonly capabilities: readonly string[];
  /** Stops trials at once, undoes their faults, gives the jobs back unspent. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a worker in this process; it runs until stopped. The caller closes store and queues afterwards. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { store, queues, folders, slots, log } = options;
  const timing = checkTiming(options.timing ?? DEFAULT_TIMING);
  const id = `w-${randomBytes(4).toString('hex')}`;
  const place = placeId();
  const capabilities = findCapabilities(options.catalogue);
  const live = new LiveExecutions();
  const stopping = new AbortController();
  const guard = new GuardKeeper(folders, log);
  await guard.ready();
  await store.registerWorker({ id, place, pid: process.pid, capabilities, slots });

  const heartbeat = startHeartbeat({ workerId: id, store, guard, live, timing, log });
  const parts: JobParts = {
    workerId: id,
    place,
    store,
    guard,
    live,
    log,
    stopping: stopping.signal,
  };
  const desk = startCampaignDesk({
    store,
    queues,
    slots,
    capabilities,
    wanted: options.wanted,
    handler: jobHandler(parts),
    log,
  });
  const lostWatch = startLostWatch({ store, timing, log, onLost: () => desk.kick() });
  const ledgerWatch = startLedgerWatch({ store, folders, place, log });
  const stopListening = await store.onCampaignChange(() => {
    // A cancel reaches running trials by the beat's answer; a new campaign by a look.
    heartbeat.now();
    desk.kick();
  });
  log.info({ worker: id, place, slots, capabilities: capabilities.length }, 'worker started');

  async function stop(): Promise<void> {
    log.info({ worker: id }, 'worker stopping');
    stopping.abort();
    live.abortAll('shutdown', 'the worker stops');
    await stopListening();
    await desk.stop();
    await desk.closeAll(STOP_TRIALS_MS);
    await Promise.all([heartbeat.stop(), lostWatch.stop(), ledgerWatch.stop()]);
    await guard.close();
    await store.retireWorker(id);
    log.info({ worker: id }, 'worker stopped');
  }
  let stopped: Promise<void> | undefined;
  return {
    id,
    capabilities,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
