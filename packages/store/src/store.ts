import type { CampaignStatus } from '@ordeal/core';
import type { CampaignActivity } from './activity-rows.ts';
import type {
  BeatAnswer,
  BeatingExecution,
  Campaign,
  Claim,
  Ended,
  Execution,
  ExecutionRef,
  ExecutionResult,
  Injection,
  NewCampaign,
  NewTrial,
  Progress,
  Trial,
  TrialEvent,
} from './rows.ts';
import type { WaitingTrials } from './slots.ts';
import type { NewWorker, PublishedEntry, WorkerRow, WorkerSlots } from './worker-rows.ts';

/** All that Ordeal asks of Postgres. One method, one transaction; nobody else writes SQL. */
export interface Store {
  // Campaigns
  /** Campaign and all its trials in one transaction, in batches, in constant memory. Status `pending`. */
  createCampaign(campaign: NewCampaign, trials: Iterable<NewTrial>): Promise<Campaign>;
  getCampaign(id: string): Promise<Campaign | undefined>;
  /** Newest first. */
  listCampaigns(options?: { statuses?: readonly CampaignStatus[]; limit?: number }): Promise<Campaign[]>;
  progress(campaignId: string): Promise<Progress>;
  /** pending -> running, once all its jobs are in the queue. */
  markRunning(campaignId: string): Promise<void>;
  /** running -> finished when no trial is pending or running; true when this call did it. */
  finishIfDone(campaignId: string): Promise<boolean>;
  /** To paused: no trial is claimed any more; `abortRunning`: running ones are given back. Can be repeated. False when it had ended. */
  pauseCampaign(campaignId: string, pause: { by: string; abortRunning: boolean }): Promise<boolean>;
  /** paused -> running, or finished when nothing is left. False when it was not paused. */
  resumeCampaign(campaignId: string): Promise<boolean>;
  /** To cancelled, with all pending trials; running ones are told by their beat and by notification. False when it had ended. */
  cancelCampaign(campaignId: string): Promise<boolean>;
  /** Calls back with a campaign id whenever one changes status or gets a result (LISTEN; a poll belongs beside it). Reconnects by itself. */
  onCampaignChange(listener: (campaignId: string) => void): Promise<() => Promise<void>>;

  // Trials
  getTrial(id: string): Promise<Trial | undefined>;
  findTrial(campaignId: string, key: string): Promise<Trial | undefined>;
  /** In order of position; `after` is a position, for paging. */
  listTrials(
    campaignId: string,
    options?: { after?: number; limit?: number; statuses?: readonly string[] },
  ): Promise<Trial[]>;

  /** Failed trials become pending, with fresh budgets and a new generation: the named ones or all. Says how many; throws for a named one that has not failed. */
  retryTrials(campaignId: string, keys?: readonly string[]): Promise<number>;
  /** The same for those whose old jobs were put back into the queue by hand; what has not failed is left alone. */
  reopenFailedTrials(campaignId: string, trialIds?: readonly string[]): Promise<number>;
  /** By running campaign: how many trials it still has for workers. */
  waitingTrials(): Promise<Map<string, WaitingTrials>>;
  /** Open campaigns whose queue is due for a check against Postgres; they count as checked from now on, for every worker. */
  takeQueueChecks(everyMs: number): Promise<string[]>;

  // Executions
  /**
   * One transaction under the campaign's lock; see the claim in the protocol. `reopenFailed`: a retry pressed by a
   * person. `campaignId`: whoever knows it saves a look-up.
   */
  claim(request: {
    trialId: string;
    campaignId?: string | undefined;
    workerId: string;
    place: string;
    reopenFailed: boolean;
  }): Promise<Claim>;
  /** Raises the beat of all of a worker's live executions and of the worker itself; tells which still are its own, and which are to stop. */
  beat(workerId: string, executions: readonly BeatingExecution[]): Promise<BeatAnswer>;
  /** All live executions with their beat counters. */
  liveExecutions(): Promise<
    (ExecutionRef & { campaignId: string; workerId: string; place: string; beats: number })[]
  >;
  /** Ends an execution, with what happened in it, and decides what follows for the trial: retry with backoff, failed, pending again. Fenced. */
  endExecution(ref: ExecutionRef, result: ExecutionResult, timeline?: readonly TrialEvent[]): Promise<Ended>;
  /** Ends it as lost if its beat counter still stands at `seenBeats`; false when it had moved. */
  loseExecution(ref: ExecutionRef, seenBeats: number, why: string): Promise<boolean>;
  /** After the instance is removed: from now the slot rests for `restMs`. */
  restSlot(ref: ExecutionRef, restMs: number): Promise<void>;
  listExecutions(trialId: string): Promise<Execution[]>;

  // Injections: the ledger
  /** Committed when it resolves; only then may the fault be applied. Fenced: false when the execution is not live. */
  planInjection(ref: ExecutionRef, place: string, plan: Injection['plan']): Promise<boolean>;
  advanceInjection(id: string, state: Injection['state'], evidence: Injection['evidence']): Promise<void>;
  /** Not yet gone, optionally of one place: for the sweeper. */
  openInjections(place?: string): Promise<Injection[]>;
  listInjections(trialId: string): Promise<Injection[]>;

  // Events
  listEvents(trialId: string): Promise<TrialEvent[]>;

  // Workers
  registerWorker(worker: NewWorker): Promise<void>;
  retireWorker(id: string): Promise<void>;
  /** Those that have beaten within the last `withinMs`. */
  liveWorkers(withinMs: number): Promise<WorkerRow[]>;
  /** Adds to what campaign files are checked against, everywhere and for good. */
  publishEntries(entries: readonly PublishedEntry[]): Promise<void>;
  listPublished(): Promise<PublishedEntry[]>;

  // What goes on
  campaignActivity(campaignId: string, lostWithinMs: number): Promise<CampaignActivity>;
  /** Local slots in use, by worker. */
  slotsByWorker(): Promise<Map<string, WorkerSlots>>;

  /** Names this Ordeal's database, whatever the address it is reached by. */
  databaseId(): Promise<string>;

  close(): Promise<void>;
}
