export type { BaselineCell, CampaignConfig, CellSpec, ChaosSpec, FaultCell, TrialSpec } from './config.ts';
export { countTrials, expandCampaignMatrix } from './expand.ts';
export { type LoadOptions, loadCampaignConfig, parseCampaignConfig } from './load-campaign.ts';
export type { Problem } from './problems.ts';
