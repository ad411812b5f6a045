import { type Catalogue, CLIENT_ROLE } from '@ordeal/core';
import { notOneOf, type Path, reportAt, type Site, shown } from '@ordeal/validation';
import type { GivenSubject } from './derived-entries.ts';

/** Reports what does not fit together in one subject: names, links, roles, faults. */
export function checkSubject(site: Site, path: Path, subject: GivenSubject, known: Catalogue): void {
  const { nodes, links } = subject.topology;
  const names = nodes.map(({ name }) => name);
  const roles = nodes.map(({ role }) => role).filter((role) => role !== CLIENT_ROLE);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    reportAt(site, [...path, 'topology', 'nodes', index], () => `${shown(name)} is there already`);
  }
  for (const [index, link] of links.entries()) {
    const at = [...path, 'topology', 'links', index];
    for (const end of ['from', 'to'] as const) {
      if (names.includes(link[end])) continue;
      reportAt(site, [...at, end], () => notOneOf(`unknown node ${shown(link[end])}`, link[end], names));
    }
    const ports = nodes.find(({ name }) => name === link.to)?.ports;
    if (ports === undefined || ports.includes(link.port)) continue;
    reportAt(site, [...at, 'port'], () => notOneOf(`${link.to} has no such port`, link.port, ports));
  }
  if (subject.goals.includes('serving') && !nodes.some(({ role }) => role === CLIENT_ROLE)) {
    reportAt(
      site,
      [...path, 'goals'],
      () => `serving is judged by the load of a node with role ${CLIENT_ROLE}, and there is none`,
    );
  }
  if (subject.goals.includes('serving') && subject.slo === undefined) {
    reportAt(site, [...path, 'goals'], () => 'serving is judged by an slo, and there is none');
  }
  for (const [word, role] of Object.entries(subject.aliases)) {
    if (roles.includes(role)) continue;
    reportAt(site, [...path, 'aliases', word], () => notOneOf(`unknown role ${shown(role)}`, role, roles));
  }
  const { anyTarget } = subject;
  if (anyTarget !== undefined && !roles.includes(anyTarget)) {
    const at = [...path, 'anyTarget'];
    reportAt(site, at, () => notOneOf(`unknown role ${shown(anyTarget)}`, anyTarget, roles));
  }
  for (const [index, { ports, pingable = [] }] of nodes.entries()) {
    for (const [place, port] of pingable.entries()) {
      if (ports.includes(port)) continue;
      const at = [...path, 'topology', 'nodes', index, 'pingable', place];
      reportAt(site, at, () => notOneOf('no port of the node', port, ports));
    }
  }
  if (subject.prepareProcess === undefined && subject.prepareContainer === undefined) {
    reportAt(site, path, () => 'runs nowhere: prepareProcess and prepareContainer are missing');
  }
  checkWords(site, [...path, 'faults'], 'fault', subject.faults, known.faults);
}

/** Reports each key that is no name of what is known. */
export function checkWords(site: Site, path: Path, what: string, given: object, known: object): void {
  for (const word of Object.keys(given)) {
    if (Object.hasOwn(known, word)) continue;
    reportAt(site, [...path, word], () =>
      notOneOf(`unknown ${what} ${shown(word)}`, word, Object.keys(known)),
    );
  }
}

/** Reports a name that is built in, or given twice. */
export function checkNames<Key extends string>(
  site: Site,
  list: string,
  key: Key,
  given: readonly (Readonly<Record<Key, string>> | undefined)[],
  builtIn: object,
): void {
  const seen = new Set<string>();
  for (const [index, definition] of given.entries()) {
    if (definition === undefined) continue;
    const name = definition[key];
    const why = Object.hasOwn(builtIn, name) ? 'is built in' : seen.has(name) ? 'is there twice' : undefined;
    seen.add(name);
    if (why === undefined) continue;
    reportAt(site, [list, index, key], () => `${shown(name)} ${why}: choose another name`);
  }
}
