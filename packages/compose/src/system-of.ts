import { createHash } from 'node:crypto';
import type { ComposeModel, ComposeService } from './model.ts';
import { portNumbers } from './port-numbers.ts';

/** One service of a compose file, as far as it matters to what nodes there are. */
export interface SystemService {
  readonly name: string;
  /** The file's own, or for a service that is built without one, a name of ours. */
  readonly image: string;
  readonly replicas: number;
  /** TCP ports that the file tells of, whether published or exposed. */
  readonly ports: readonly number[];
  /** Its restart policy starts it again when it was killed. */
  readonly restarts: boolean;
  /** Others wait for it to complete: it runs once, and is no node. */
  readonly isJob: boolean;
  /** Names beside its own by which others reach it. */
  readonly aliases: readonly string[];
  /** Lines of its hosts file, `name:address`. */
  readonly hosts: readonly string[];
}

/** The services that compose starts without being asked for more: those of a profile are left out. */
export function systemOf(path: string, { services }: ComposeModel): SystemService[] {
  const all = Object.entries(services).filter(([, { profiles }]) => (profiles ?? []).length === 0);
  const jobs = new Set(all.flatMap(([, service]) => awaitedJobs(service)));
  return all.map(([name, service]) => ({
    name,
    image: service.image ?? builtImage(path, name),
    replicas: service.scale ?? service.deploy?.replicas ?? 1,
    ports: portNumbers(service),
    restarts: isRestarted(service),
    isJob: jobs.has(name),
    aliases: aliasesOf(service),
    hosts: hostsOf(service),
  }));
}

/** The same for every checkout's own file: two files with one service name must not build over one another. */
function builtImage(path: string, service: string): string {
  const file = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return `ordeal-compose/${file}-${service.toLowerCase()}:latest`;
}

function awaitedJobs({ depends_on: on }: ComposeService): string[] {
  if (on === undefined || on === null || Array.isArray(on)) return [];
  return Object.keys(on).filter((name) => on[name]?.condition === 'service_completed_successfully');
}

/** `restart` is compose's own; `deploy.restart_policy`, made for swarms, holds without it. */
function isRestarted({ restart, deploy }: ComposeService): boolean {
  if (restart) return restart !== 'no';
  const policy = deploy?.restart_policy;
  return policy !== undefined && policy !== null && policy.condition !== 'none';
}

function aliasesOf({ networks }: ComposeService): string[] {
  if (networks === undefined || networks === null || Array.isArray(networks)) return [];
  return [...new Set(Object.values(networks).flatMap((network) => network?.aliases ?? []))];
}

function hostsOf({ extra_hosts: hosts }: ComposeService): string[] {
  if (hosts === undefined || hosts === null) return [];
  // Newer versions of compose write `name=address`.
  if (Array.isArray(hosts)) return hosts.map((line) => line.replace('=', ':'));
  return Object.entries(hosts).flatMap(([name, addresses]) =>
    [addresses].flat().map((address) => `${name}:${address}`),
  );
}
