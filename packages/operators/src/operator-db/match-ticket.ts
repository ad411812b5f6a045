import type { Incident } from '@ordeal/core';

const LOOPBACK = /^(127\.|::1$|localhost$)/;
/** Something that looks like an address with a port: a ticket that has one is about that. */
const ANY_ENDPOINT = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}:\d{2,5}(?!\d)/g;

export interface TicketMatch {
  readonly incident: Incident;
  /** `name`: it names what only this instance has; `node`: a node that only this one has; `only`: nobody else was there. */
  readonly by: 'name' | 'node' | 'only';
}

/**
 * Whose ticket it is, by what it names: endpoints, containers and folders of one instance; else a node that only one
 * of the instances has; else, when it names no endpoint at all, the only incident there is. Undefined: it cannot be
 * said, and is not guessed.
 *
 * @param text everything that the ticket says
 * @param incidents those that were open when it came
 */
export function matchTicket(text: string, incidents: readonly Incident[]): TicketMatch | undefined {
  const named = incidents.filter((incident) => ownNames(incident).some((name) => names(text, name)));
  if (named.length > 0) return only(named, 'name');
  // It names an address, and that is nobody's of ours.
  if (text.match(ANY_ENDPOINT) !== null) return undefined;
  const byNode = incidents.filter(({ nodes }) => nodes.some(({ name }) => names(text, name)));
  if (byNode.length > 0) return only(byNode, 'node');
  return only(incidents, 'only');
}

/** The node that a text names, when it names one alone. */
export function nodeIn(text: string, { nodes, instance }: Incident): string | undefined {
  const found = nodes.filter(
    ({ name, endpoints }) =>
      names(text, name) ||
      text.includes(`${instance}-${name}`) ||
      Object.values(endpoints).some(({ host, port }) => names(text, `${host}:${port}`)),
  );
  return found.length === 1 ? found[0]?.name : undefined;
}

/** What nothing else on the machine is called. */
function ownNames({ instance, nodes }: Incident): string[] {
  const addresses = nodes.flatMap(({ endpoints }) => Object.values(endpoints));
  return [
    instance,
    ...addresses.map(({ host, port }) => `${host}:${port}`),
    ...addresses.flatMap(({ host }) => (LOOPBACK.test(host) ? [] : [host])),
  ];
}

/** As a word of its own: `10.0.0.1` does not name `10.0.0.11`, nor `etcd-1` `etcd-12`. */
function names(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`).test(text);
}

function only(incidents: readonly Incident[], by: TicketMatch['by']): TicketMatch | undefined {
  const [incident, ...others] = incidents;
  return incident !== undefined && others.length === 0 ? { incident, by } : undefined;
}
