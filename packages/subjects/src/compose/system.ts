import type { SystemService } from '@ordeal/compose';
import type { Address, ComposeFile, JsonObject, LoadSlo, VolumeSpec } from '@ordeal/core';

/**
 * How a port is asked for a sign of life. `http`: for a version that the server refuses by itself. `redis`, `postgres`:
 * in their own words. `send`: a text of one's own, to which the server says something; `greets`: after it has spoken
 * first. `silent`: it is never connected to.
 */
export type Protocol =
  | 'http'
  | 'redis'
  | 'postgres'
  | 'silent'
  | { readonly send: string; readonly greets?: boolean | undefined };

/** A protocol in which there is something to ask. */
export type SpokenProtocol = Exclude<Protocol, 'silent'>;

/** A page that answers with a status of 200 to 299 when the system is well; of each replica, where there are several. */
export interface HttpCheck {
  readonly service: string;
  readonly port: number;
  /** Default: `/`. */
  readonly path?: string | undefined;
}

/** Where the services of one instance are, past everything that a fault may touch. */
export interface Endpoints {
  /** The nodes of a service: its own name, or `web-1`, `web-2` where there are several replicas. */
  nodesOf(service: string): readonly string[];
  /** @throws OrdealError BAD_INPUT when there is no such node, or no such port is known of it */
  address(node: string, port: number): Address;
}

export type HealthVerdict = boolean | { readonly whole: boolean; readonly detail: string };
export type HealthCheck = (endpoints: Endpoints, signal: AbortSignal) => Promise<HealthVerdict>;

/** The load: built-in HTTP requests, ten reads and ten writes a second, or a program of one's own. */
export type ComposeLoad =
  | {
      readonly http: {
        readonly service: string;
        readonly port: number;
        /** A path that is fetched. */
        readonly read: string;
        /** A request that changes something. */
        readonly write: {
          readonly path: string;
          readonly method?: string | undefined;
          readonly body?: string | undefined;
        };
      };
    }
  | {
      /** The module's absolute path. It dials services by their names, and prints a line of JSON for each operation. */
      readonly program: string;
    };

/** A system in a compose file, and what its file does not say of it. */
export interface ComposeSystem {
  readonly name: string;
  readonly title: string;
  readonly file: ComposeFile;
  /** Those that are nodes. */
  readonly services: readonly SystemService[];
  /** Services that faults go for. */
  readonly targets: readonly string[];
  readonly healthy: readonly HttpCheck[] | HealthCheck;
  readonly state: ((endpoints: Endpoints, signal: AbortSignal) => Promise<JsonObject>) | undefined;
  readonly load: { readonly does: ComposeLoad; readonly slo: LoadSlo } | undefined;
  /** Between services; undefined: everybody dials everybody. */
  readonly links:
    | readonly { readonly from: string; readonly to: string; readonly port: number }[]
    | undefined;
  /** Of each service, every known port with what it speaks. */
  readonly ports: ReadonlyMap<string, ReadonlyMap<number, Protocol>>;
  /** By service. */
  readonly disks: Readonly<Record<string, VolumeSpec>>;
  readonly startBudgetMs: number;
}

/** A node of the system, and the service that it is one of. */
export interface SystemNode {
  readonly name: string;
  readonly service: SystemService;
}

/** A replica has a number, from 1, where there are several. */
export function nodesOf({ services }: Pick<ComposeSystem, 'services'>): SystemNode[] {
  return services.flatMap((service) =>
    Array.from({ length: service.replicas }, (_, index) => ({
      service,
      name: service.replicas === 1 ? service.name : `${service.name}-${index + 1}`,
    })),
  );
}

/** A port as links name it. */
export function portName(port: number): string {
  return `tcp-${port}`;
}

/** What a node is asked in: what the first of its ports speaks that can be asked. Undefined when none can. */
export function spokenAt(ports: ReadonlyMap<number, Protocol>): SpokenProtocol | undefined {
  return [...ports.values()].find((protocol) => protocol !== 'silent');
}

/**
 * The ports that a fault is seen at: all that speak the same as the first. A ping is told the node and an address, and
 * could not tell by these which of several languages to use.
 */
export function pingable(ports: ReadonlyMap<number, Protocol>): number[] {
  const spoken = spokenAt(ports);
  return [...ports.keys()].filter((port) => spoken !== undefined && ports.get(port) === spoken);
}
