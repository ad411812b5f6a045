import { CLIENT_ROLE, type NodeSite, type ProcessLaunch } from '@ordeal/core';
import { clientLaunch } from './client/launch.ts';
import { prepareServer } from './prepare-server.ts';

/** How the process runtime starts a node of the subject: a Postgres server, or the client. */
export async function prepareProcess(site: NodeSite, signal: AbortSignal): Promise<ProcessLaunch> {
  return site.node.role === CLIENT_ROLE ? clientLaunch(site) : prepareServer(site, signal);
}
