export { type Dashboard, startDashboard } from './server.ts';
