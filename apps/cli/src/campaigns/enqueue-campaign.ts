import { type CampaignConfig, expandCampaignMatrix, type TrialSpec } from '@ordeal/campaign';
import type { JsonObject } from '@ordeal/core';
import { type JobQueues, reconcile } from '@ordeal/queue';
import type { Campaign, NewTrial, Store } from '@ordeal/store';
import pRetry from 'p-retry';
import { duringOutage, isOutage } from '../installation/outage.ts';
import { operatorsOf } from './offers.ts';

/** An outage of the queue that is over by then is not worth telling of. */
const QUEUE_PATIENCE_MS = 10_000;

/**
 * Stores a campaign with all its trials in one transaction, then builds its queue. Dying between the two loses
 * nothing: any worker completes it by the same `reconcile`.
 * @throws OrdealError POSTGRES_UNAVAILABLE; REDIS_UNAVAILABLE or POSTGRES_UNAVAILABLE with `details.campaign` when
 * the campaign is stored and only its queue is not complete
 *
 * @example
 * const config = await loadCampaignConfig('campaign.yaml');
 * const campaign = await enqueueCampaign(config, { store, queues });
 */
export async function enqueueCampaign(
  config: CampaignConfig,
  parts: { store: Store; queues: JobQueues },
): Promise<Campaign> {
  const campaign = await storeCampaign(config, parts.store);
  await buildQueue(parts, campaign);
  return campaign;
}

async function storeCampaign(config: CampaignConfig, store: Store): Promise<Campaign> {
  const stored = store.createCampaign(
    {
      name: config.name,
      seed: config.seed,
      parallel: config.parallel,
      cooldownSeconds: config.cooldown_seconds,
      attempts: config.attempts,
      backoffSeconds: config.backoff_seconds,
      operator: config.operator,
      operators: operatorsOf(config),
      config: config as unknown as JsonObject,
      source: config.source,
    },
    expandCampaignMatrix(config).map((trial) => toRow(config, trial)),
  );
  return stored.catch((error: unknown) => {
    // The line may have broken between the commit and its acknowledgement.
    throw duringOutage(
      error,
      'look at the list of campaigns before you enqueue again, it may be stored or not',
    );
  });
}

/** Can be repeated, so it is, for a while. */
async function buildQueue(parts: { store: Store; queues: JobQueues }, campaign: Campaign): Promise<void> {
  try {
    await pRetry(() => reconcile(parts.store, parts.queues, campaign.id), {
      retries: Number.POSITIVE_INFINITY,
      maxRetryTime: QUEUE_PATIENCE_MS,
      minTimeout: 500,
      maxTimeout: 2_000,
      shouldRetry: ({ error }) => isOutage(error),
    });
  } catch (error) {
    const stands = `campaign ${campaign.id} is stored with all its trials, and any worker completes its queue`;
    throw duringOutage(error, `${stands}: do not enqueue it again`, { campaign: campaign.id });
  }
}

function toRow(config: CampaignConfig, trial: TrialSpec): NewTrial {
  return {
    position: trial.position,
    key: trial.key,
    cell: trial.cell,
    subject: trial.subject,
    chaosType: trial.chaos_type,
    chaosParams: trial.chaos_params,
    target: trial.target ?? 'any',
    durationSeconds: trial.baseline ? null : (trial.duration_seconds ?? null),
    trialIndex: trial.trial_index,
    baseline: trial.baseline,
    arm: trial.arm,
    runtime: trial.runtime,
    goal: trial.goal,
    timing: {
      timeoutSeconds: config.timeout_seconds,
      holdSeconds: config.hold_seconds,
      settleSeconds: config.settle_seconds,
      recoverySeconds: config.recovery_seconds,
      horizonSeconds: trial.horizon_seconds,
    },
  };
}
