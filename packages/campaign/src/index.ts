export type { Problem } from '@ordeal/validation';
export type { BaselineCell, CampaignConfig, CellSpec, ChaosSpec, FaultCell, TrialSpec } from './config.ts';
export { countTrials, expandCampaignMatrix } from './expand.ts';
export { campaignJsonSchema } from './json-schema/campaign-json-schema.ts';
export { type LoadOptions, loadCampaignConfig, parseCampaignConfig } from './load-campaign.ts';
