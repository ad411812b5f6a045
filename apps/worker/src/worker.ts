import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toPublished } from '@ordeal/catalogue';
import type { Settings } from '@ordeal/config';
import { checkTiming, DEFAULT_TIMING, readFaultPoints } from '@ordeal/core';
import { type Folders, placeId } from '@ordeal/place';
import type { JobQueues } from '@ordeal/queue';
import { whyNoEngine } from '@ordeal/runtimes';
import type { Campaign, Store } from '@ordeal/store';
import type { Logger } from 'pino';
import { startCampaignDesk } from './campaign-desk.ts';
import { findCapabilities, needsDocker, needsProgram, without } from './capabilities.ts';
import { Guards } from './guards.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startLedgerWatch } from './ledger-watch.ts';
import { LiveExecutions } from './live-executions.ts';
import type { Loop } from './loop.ts';
import { startLostWatch } from './lost-watch.ts';
import { type LostTrial, startQueueKeeper } from './queue-keeper.ts';
import { startReadyAhead } from './ready-ahead.ts';
import { Removals } from './removals.ts';
import { type JobParts, jobHandler } from './run-job.ts';

/** Trials have this long to undo and give back before the worker leaves them to its guard. */
const STOP_TRIALS_MS = 8_000;
/** All of a stop; closing the connections afterwards fits into the 15 s that are promised. */
const STOP_ALL_MS = 12_500;

export interface WorkerOptions {
  readonly store: Store;
  readonly queues: JobQueues;
  readonly folders: Folders;
  readonly settings: Settings;
  readonly log: Logger;
  /** Trials at once over all campaigns, 1 or more. Too few: slots stand idle in Postgres; too many: the machine is too busy to measure. */
  readonly slots: number;
  /** Path of the database of the operator `operator-db`; undefined: this worker cannot run it. */
  readonly operatorDb?: string | undefined;
  /** Takes only these campaigns; default: every campaign that it can run whole. */
  readonly wanted?: (campaign: Campaign) => boolean;
}

export interface RunningWorker {
  readonly id: string;
  readonly capabilities: readonly string[];
  /** Stops trials at once, undoes their faults, gives the jobs back unspent. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a worker in this process; it runs until stopped. The caller closes store and queues afterwards.
 * @throws OrdealError GUARD_LOST when no guard comes up, POSTGRES_UNAVAILABLE; nothing is left running then
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { store, queues, folders, settings, slots, operatorDb } = options;
  const timing = checkTiming(DEFAULT_TIMING);
  const id = `w-${randomBytes(4).toString('hex')}`;
  const log = options.log.child({ worker: id });
  const place = placeId(folders);
  await using started = new AsyncDisposableStack();
  const loop = <L extends Loop>(made: L): L => started.adopt(made, (running) => running.stop());
  // Before all that takes seconds to come up: what dead workers had runs again that much sooner.
  let onLost = (_: LostTrial): void => {};
  loop(startLostWatch({ store, timing, log, onLost: (trial) => onLost(trial) }));
  const found = await findCapabilities(settings, operatorDb);
  const live = new LiveExecutions();
  const stopping = new AbortController();
  const hasDocker = found.can.some(needsDocker);
  const guards = started.adopt(
    await Guards.start({ folders, settings, operatorDb, store, log }, hasDocker),
    (all) => all.close(),
  );
  const { can: capabilities, cannot } = without(
    without(found, needsDocker, guards.whyNoDocker),
    needsProgram,
    guards.all.length > 1
      ? 'its guard beside the engine cannot run programs of the worker’s machine'
      : undefined,
  );
  await store.publishEntries(toPublished(settings.additions, Object.keys(settings.operators)));
  await store.registerWorker({ id, place, pid: process.pid, capabilities, cannot, slots });

  const readyAhead = loop(
    startReadyAhead({
      guards,
      live,
      most: (runtime) => settings[runtime].readyAhead,
      keepFreeMb: settings.keepFreeMb,
    }),
  );
  const removals = new Removals(slots);
  const heartbeat = loop(startHeartbeat({ workerId: id, store, guards, live, timing, log }));
  const parts: JobParts = {
    workerId: id,
    repertoire: settings.repertoire,
    store,
    guards,
    live,
    removals,
    faultPoints: readFaultPoints(process.env),
    whyNoEngine: () => whyNoEngine(settings.docker),
    log,
    checkBeats: () => heartbeat.check(),
    onSettling: () => readyAhead.now(),
    stopping: stopping.signal,
  };
  const desk = loop(
    startCampaignDesk({
      store,
      queues,
      slots,
      capabilities,
      wanted: options.wanted,
      handler: jobHandler(parts),
      onWaiting: (waiting) => readyAhead.setWaiting(waiting),
      log,
    }),
  );
  const queueKeeper = loop(startQueueKeeper({ store, queues, log }));
  onLost = (trial) => {
    queueKeeper.lost(trial);
    desk.now();
  };
  loop(startLedgerWatch({ store, guards, live, log }));
  const stopListening = await store.onCampaignChange(() => {
    // A cancel or a pause reaches running trials by the beat's answer; a new campaign by a look.
    heartbeat.now();
    desk.now();
  });
  started.defer(stopListening);
  log.info({ place, slots, capabilities: capabilities.length }, 'worker started');
  const rest = started.move();

  async function stop(): Promise<void> {
    log.info('worker stopping');
    stopping.abort();
    desk.takeNothing();
    live.abortAll('shutdown', 'the worker stops');
    // Beats go on until the last trial has undone its fault and given its job back.
    await desk.closeAll(STOP_TRIALS_MS);
    await removals.allGone();
    await rest.disposeAsync();
    await store.retireWorker(id);
    log.info('worker stopped');
  }
  let stopped: Promise<void> | undefined;
  return {
    id,
    capabilities,
    stop() {
      // What hangs is left behind: the guard sees its line close when this process ends, and undoes on its own.
      stopped ??= Promise.race([stop(), delay(STOP_ALL_MS, undefined, { ref: false })]);
      return stopped;
    },
  };
}
