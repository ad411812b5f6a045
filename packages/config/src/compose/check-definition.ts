import { type ComposeModel, type SystemService, sharedThings } from '@ordeal/compose';
import { CLIENT_ROLE, NAME_PATTERN } from '@ordeal/core';
import { notOneOf, type Path, reportAt, type Site, shown } from '@ordeal/validation';
import type { GivenComposeSubject } from './definition-shape.ts';

/** Reports what in the file cannot be run once per instance. */
export function checkModel(
  site: Site,
  path: Path,
  given: GivenComposeSubject,
  model: ComposeModel,
  services: readonly SystemService[],
): void {
  const report = (problem: string) => reportAt(site, [...path, 'file'], () => problem);
  for (const problem of sharedThings(model, { keepsFolders: given.sharedFolders === 'kept' }))
    report(problem);
  for (const { name } of services) {
    if (name === CLIENT_ROLE)
      report(`services.${name}: that name is the load's. Give the service another one`);
    else if (!NAME_PATTERN.test(name))
      report(
        `services.${name}: names of services must be lower-case letters, digits, _ and -, a letter first`,
      );
  }
}

/** Reports what the definition says of services and ports that are not there. */
export function checkDefinition(
  site: Site,
  path: Path,
  given: GivenComposeSubject,
  services: readonly SystemService[],
  ports: ReadonlyMap<string, ReadonlyMap<number, unknown>>,
): void {
  const nodes = services.filter(({ isJob }) => !isJob).map(({ name }) => name);
  const isService = (name: string, ...at: Path): boolean => {
    if (nodes.includes(name)) return true;
    const what = services.some((service) => service.name === name)
      ? `${shown(name)} runs once and ends`
      : `unknown service ${shown(name)}`;
    reportAt(site, [...path, ...at], () => notOneOf(what, name, nodes));
    return false;
  };
  const hasPort = (name: string, port: number, ...at: Path): void => {
    const known = [...(ports.get(name)?.keys() ?? [])].map(String);
    if (known.includes(String(port))) return;
    const advice = `add it to \`expose\` in the compose file, or to \`ports\` here`;
    const problem = `port ${port} of ${name} is not known: ${advice}`;
    reportAt(site, [...path, ...at], () =>
      known.length === 0 ? problem : `${problem} (known are ${known.join(', ')})`,
    );
  };

  for (const [index, name] of given.targets.entries()) {
    if (!isService(name, 'targets', index)) continue;
    const isDialled = ports.get(name)?.size !== 0;
    const dials =
      given.links?.some(({ from }) => from === name) ??
      [...ports].some(([other, { size }]) => other !== name && size > 0);
    if (isDialled || dials) continue;
    const advice = 'add one to `expose` in the compose file, or to `ports` here';
    reportAt(site, [...path, 'targets', index], () => `no port of ${name} or its peers is known: ${advice}`);
  }
  if (typeof given.healthy !== 'function') {
    for (const [index, { service, port }] of given.healthy.http.entries()) {
      // One alone may have been given without a list around it.
      const at = given.healthy.http.length > 1 ? [index] : [];
      if (isService(service, 'healthy', 'http', ...at, 'service'))
        hasPort(service, port, 'healthy', 'http', ...at, 'port');
    }
  }
  const http = given.load?.http;
  if (http !== undefined && isService(http.service, 'load', 'http', 'service'))
    hasPort(http.service, http.port, 'load', 'http', 'port');
  for (const [index, { from, to, port }] of (given.links ?? []).entries()) {
    isService(from, 'links', index, 'from');
    if (isService(to, 'links', index, 'to')) hasPort(to, port, 'links', index, 'port');
  }
  for (const name of Object.keys(given.ports)) isService(name, 'ports', name);
  for (const name of Object.keys(given.disks)) isService(name, 'disks', name);
}
