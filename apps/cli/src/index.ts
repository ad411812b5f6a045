export { expandCampaignMatrix, loadCampaignConfig } from '@ordeal/campaign';
export { enqueueCampaign } from './enqueue-campaign.ts';
export { followCampaign } from './follow-campaign.ts';
export { type Installation, openInstallation } from './installation.ts';
export { runCampaign } from './run-campaign.ts';
