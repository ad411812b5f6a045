export type { Problem } from '@ordeal/validation';
export type {
  ArmSpec,
  BaselineCell,
  CampaignConfig,
  CellSpec,
  ChaosSpec,
  FaultCell,
  SkippedCell,
  TrialSpec,
} from './config.ts';
export { countTrials, expandCampaignMatrix } from './expand.ts';
export { campaignJsonSchema } from './json-schema/campaign-json-schema.ts';
export { leaveOut } from './leave-out.ts';
export { type LoadOptions, loadCampaignConfig, parseCampaignConfig } from './load-campaign.ts';
