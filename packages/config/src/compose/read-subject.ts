import { dirname, resolve } from 'node:path';
import { composeFile, readComposeFile, type SystemService, systemOf } from '@ordeal/compose';
import { OrdealError } from '@ordeal/core';
import { type ComposeSystem, createComposeSubject, likelyProtocol, type Protocol } from '@ordeal/subjects';
import { checkValue, type Path, reportAt, type Site } from '@ordeal/validation';
import type { SubjectDefinition } from '../define/subject.ts';
import type { Supports } from '../define/supports.ts';
import { checkDefinition, checkModel } from './check-definition.ts';
import { composeDefinition, type GivenComposeSubject } from './definition-shape.ts';

/** All that needs nothing but containers and links. `bandwidth` does: nobody could see that a link's rate is limited. */
const FAULTS = [
  'node_kill',
  'process_pause',
  'latency',
  'packet_loss',
  'network_partition',
  'asymmetric_partition',
  'cpu_pressure',
  'memory_pressure',
];

/** Whether it is a compose file's subject: every other one is told by its topology. */
export function isComposeSubject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'file' in value;
}

/**
 * The subject that a definition and its compose file make together; undefined when something is wrong, which is
 * reported.
 * @param settingsFile from whose folder the paths in it start
 */
export async function readComposeSubject(
  site: Site,
  path: Path,
  value: unknown,
  settingsFile: string,
): Promise<SubjectDefinition | undefined> {
  const given = checkValue(site, path, value, composeDefinition);
  if (given === undefined) return undefined;
  const folder = dirname(settingsFile);
  const file = resolve(folder, given.file);
  const model = await readComposeFile(file).catch((error: unknown) => {
    if (!(error instanceof OrdealError) || error.code !== 'BAD_INPUT') throw error;
    reportAt(site, [...path, 'file'], () => error.message);
    return undefined;
  });
  if (model === undefined) return undefined;
  const services = systemOf(file, model);
  const ports = portsOf(given, services);
  checkModel(site, path, given, model, services);
  checkDefinition(site, path, given, services, ports);
  if (site.problems.any) return undefined;
  const { name, load } = given;
  const title = given.title ?? `${name}: the services of ${given.file}`;
  const subject = createComposeSubject({
    name,
    title,
    file: composeFile(file, model, services),
    services: services.filter(({ isJob }) => !isJob),
    targets: given.targets,
    healthy: typeof given.healthy === 'function' ? given.healthy : given.healthy.http,
    state: given.state,
    load: load === undefined ? undefined : { does: loadOf(load, folder), slo: load.slo },
    links: given.links,
    ports,
    disks: given.disks,
    startBudgetMs: given.startBudgetSeconds * 1_000,
  });
  return { ...subject, title, goals: given.goals ?? subject.goals, faults: faultsOf(given) };
}

function portsOf(
  { ports }: GivenComposeSubject,
  services: readonly SystemService[],
): ReadonlyMap<string, ReadonlyMap<number, Protocol>> {
  return new Map(
    services.map(({ name, ports: told }) => {
      const given = Object.entries(ports[name] ?? {}).map(
        ([port, protocol]) => [Number(port), protocol] as const,
      );
      return [name, new Map([...told.map((port) => [port, likelyProtocol(port)] as const), ...given])];
    }),
  );
}

function loadOf(
  { http, program }: NonNullable<GivenComposeSubject['load']>,
  folder: string,
): NonNullable<ComposeSystem['load']>['does'] {
  return http === undefined ? { program: resolve(folder, program ?? '') } : { http };
}

function faultsOf({ faults, horizonSeconds, disks, targets }: GivenComposeSubject): Supports {
  if (faults !== undefined) {
    return Object.fromEntries(
      Object.entries(faults).map(([type, { horizonSeconds }]) => [type, { horizonSeconds }]),
    );
  }
  const withDisk = targets.some((target) => Object.hasOwn(disks, target)) ? ['disk_pressure'] : [];
  return Object.fromEntries([...FAULTS, ...withDisk].map((type) => [type, { horizonSeconds }]));
}
