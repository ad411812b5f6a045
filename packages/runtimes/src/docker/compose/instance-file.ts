import type { ComposeModel, ComposeService } from '@ordeal/compose';
import type { ServiceLaunch } from '@ordeal/core';

/** A node as its service in the instance's own file. */
export interface ServiceNode {
  readonly name: string;
  readonly launch: ServiceLaunch;
  /** What its container is to be called. */
  readonly container: string;
  /** The container whose network namespace it lives in. */
  readonly helper: string;
  /** A volume that takes the place of what the file mounts at the launch's data path. */
  readonly volume: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export interface InstanceFileOptions {
  readonly model: ComposeModel;
  readonly jobs: readonly string[];
  readonly nodes: readonly ServiceNode[];
  /** The instance's network. */
  readonly network: string;
  /** For all that bears labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What belongs to the network namespace, which is the helper's; what must be of one instance alone, such as published
 * ports and names; and what is decided elsewhere: who restarts, what is built or pulled.
 */
const TAKEN_OUT = new Set(
  `build ports expose networks network_mode hostname domainname container_name mac_address extra_hosts dns dns_opt
   dns_search links external_links restart deploy scale profiles pull_policy logging`.split(/\s+/),
);

/**
 * The compose file of one instance: a service for each node, in the network namespace of the node's helper, and the
 * jobs in the instance's network. Everything that compose makes of it bears our labels.
 */
export function instanceFile(options: InstanceFileOptions): object {
  const { model, jobs, nodes, network, labels } = options;
  const own = nodes.map((node): [string, object] => [
    node.name,
    {
      ...common(model.services[node.launch.service] ?? {}, node.labels, nodes),
      container_name: node.container,
      network_mode: `container:${node.helper}`,
      volumes: volumesOf(model.services[node.launch.service]?.volumes ?? [], node),
    },
  ]);
  const once = jobs.map((job): [string, object] => [
    job,
    { ...common(model.services[job] ?? {}, labels, nodes), networks: ['instance'] },
  ]);
  const volumes = Object.entries(model.volumes ?? {}).map(([name, entry]): [string, object] => [
    name,
    {
      ...without(entry ?? {}, new Set(['name', 'external'])),
      labels: { ...labelsIn(entry?.labels), ...labels },
    },
  ]);
  const disks = nodes.flatMap(({ name, volume }): [string, object][] =>
    volume === undefined ? [] : [[diskOf(name), { external: true, name: volume }]],
  );
  return {
    ...without(model, new Set(['version', 'name', 'services', 'volumes', 'networks'])),
    services: Object.fromEntries([...own, ...once]),
    volumes: Object.fromEntries([...volumes, ...disks]),
    ...(once.length === 0 ? {} : { networks: { instance: { external: true, name: network } } }),
  };
}

function common(service: Partial<ComposeService>, labels: object, nodes: readonly ServiceNode[]): object {
  const resources = service.deploy?.resources;
  return {
    ...without(service, TAKEN_OUT),
    ...(resources === undefined ? {} : { deploy: { resources } }),
    labels: { ...labelsIn(service.labels), ...labels },
    // Their supervisor is the runtime. A fault must not have to race with the engine.
    restart: 'no',
    pull_policy: 'never',
    logging: { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '1' } },
    depends_on: dependenciesOf(service.depends_on ?? [], nodes),
  };
}

/** A service of several replicas is several services here. */
function dependenciesOf(
  given: NonNullable<ComposeService['depends_on']>,
  nodes: readonly ServiceNode[],
): object {
  const conditions = Array.isArray(given)
    ? given.map((service) => [service, undefined] as const)
    : Object.entries(given).map(([service, { condition }]) => [service, condition] as const);
  return Object.fromEntries(
    conditions.flatMap(([service, condition = 'service_started']) => {
      const names = nodes.filter(({ launch }) => launch.service === service).map(({ name }) => name);
      return (names.length === 0 ? [service] : names).map((name) => [name, { condition }]);
    }),
  );
}

function volumesOf(
  given: NonNullable<ComposeService['volumes']>,
  { name, launch, volume }: ServiceNode,
): unknown[] {
  if (volume === undefined || launch.dataPath === undefined) return given;
  const others = given.filter((entry) => targetOf(entry) !== launch.dataPath);
  return [...others, `${diskOf(name)}:${launch.dataPath}`];
}

function targetOf(entry: NonNullable<ComposeService['volumes']>[number]): string {
  if (typeof entry !== 'string') return entry.target;
  const [first = '', second] = entry.split(':');
  return second ?? first;
}

function diskOf(node: string): string {
  return `ordeal-disk-${node}`;
}

/** Compose takes them as a list, too. */
function labelsIn(given: unknown): Record<string, unknown> {
  if (!Array.isArray(given)) return (given ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    given.map(String).map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name, value.join('=')];
    }),
  );
}

function without(value: object, keys: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
}
