import { type CampaignConfig, expandCampaignMatrix, type TrialSpec } from '@ordeal/campaign';
import type { JsonObject } from '@ordeal/core';
import { type JobQueues, reconcile } from '@ordeal/queue';
import type { Campaign, NewTrial, Store } from '@ordeal/store';

/**
 * Stores a campaign with all its trials in one transaction, then builds its queue. Dying between the two loses
 * nothing: any worker completes it by the same `reconcile`.
 *
 * @example
 * const config = await loadCampaignConfig('campaign.yaml');
 * const campaign = await enqueueCampaign(config, { store, queues });
 */
export async function enqueueCampaign(
  config: CampaignConfig,
  parts: { store: Store; queues: JobQueues },
): Promise<Campaign> {
  const campaign = await parts.store.createCampaign(
    {
      name: config.name,
      seed: config.seed,
      parallel: config.parallel,
      cooldownSeconds: config.cooldown_seconds,
      attempts: config.attempts,
      backoffSeconds: config.backoff_seconds,
      operator: config.operator,
      config: config as unknown as JsonObject,
      source: config.source,
    },
    expandCampaignMatrix(config).map((trial) => toRow(config, trial)),
  );
  await reconcile(parts.store, parts.queues, campaign.id);
  return campaign;
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
