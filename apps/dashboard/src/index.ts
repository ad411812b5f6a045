export { type Access, checkAccess } from './access.ts';
export { type Dashboard, startDashboard } from './server.ts';
