export { expandCampaignMatrix, loadCampaignConfig } from '@ordeal/campaign';
export { enqueueCampaign } from './campaigns/enqueue-campaign.ts';
export { followCampaign } from './campaigns/follow-campaign.ts';
export { runCampaign } from './campaigns/run-campaign.ts';
export { type Installation, openInstallation } from './installation/installation.ts';
