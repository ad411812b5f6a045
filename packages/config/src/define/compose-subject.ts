import type { Goal, JsonObject, LoadSlo, VolumeSpec } from '@ordeal/core';
import type { Endpoints, HealthCheck, HttpCheck, Protocol } from '@ordeal/subjects';
import type { Supports } from './supports.ts';

/** A system of yours, as its compose file describes it. */
export interface ComposeSubjectDefinition {
  /** What campaign files call it. */
  readonly name: string;
  /** Default: the name and the file. */
  readonly title?: string;
  /** The compose file, from the folder of the settings file. */
  readonly file: string;
  /** The services that faults may hit. All others are brought up as well, and are peers of those. */
  readonly targets: readonly string[];
  /** How one sees that the system is well: pages that answer with a status of 200 to 299, or a function of yours. */
  readonly healthy: { readonly http: HttpCheck | readonly HttpCheck[] } | HealthCheck;
  /** What is written down of the system's state beside each node's, before and after the fault. */
  readonly state?: (endpoints: Endpoints, signal: AbortSignal) => Promise<JsonObject>;
  /** Absent: the system is measured by the goal `whole` alone. */
  readonly load?: ComposeLoadDefinition;
  /** The goals, the default first; default: all that can be measured, `serving` first. */
  readonly goals?: readonly Goal[];
  /**
   * Who dials whom, where it matters: faults on the network are on these connections. Default: every service may dial
   * every known port of every other one.
   */
  readonly links?: readonly { readonly from: string; readonly to: string; readonly port: number }[];
  /**
   * By service, ports and what they speak. Needed for what the file does not tell of, and where Ordeal's guess is
   * wrong: 6379 redis, 5432 postgres, 3306 silent, all others http.
   */
  readonly ports?: Readonly<Record<string, Readonly<Record<number, Protocol>>>>;
  /**
   * By service, a folder that is given a volume of limited size, in memory, in place of what the file mounts there:
   * what `disk_pressure` fills.
   */
  readonly disks?: Readonly<Record<string, VolumeSpec>>;
  /** From start to healthy; default 120. Too low: trials are void. Too high: a system that never comes up is waited for. */
  readonly startBudgetSeconds?: number;
  /**
   * How long after a fault the goal may still break; default 10. Too short: a slow effect passes for none. Too long:
   * trials take long.
   */
  readonly horizonSeconds?: number;
  /** Faults with a horizon of their own, and nothing but these; default: all that the system can be hit by. */
  readonly faults?: Supports;
  /** Folders of this machine that services may write to: `refused` (default), or `kept`, and then all trials share them. */
  readonly sharedFolders?: 'refused' | 'kept';
}

export interface ComposeLoadDefinition {
  /** Requests to one service, ten reads and ten writes a second; both kinds are judged. */
  readonly http?: {
    readonly service: string;
    readonly port: number;
    /** A path to fetch. */
    readonly read: string;
    /** A request that changes something; its method is POST unless it says otherwise. */
    readonly write: { readonly path: string; readonly method?: string; readonly body?: string };
  };
  /** Or a module of yours, from the folder of the settings file: see `examples/own-subject/client.ts`. */
  readonly program?: string;
  /** Default: nine of ten operations of the last two seconds answered within a second. */
  readonly slo?: LoadSlo;
}

/**
 * Names the type of a subject that a compose file describes.
 *
 * @example
 * composeSubject({
 *   name: 'shop',
 *   file: './compose.yaml',
 *   targets: ['web', 'redis'],
 *   healthy: { http: { service: 'web', port: 8080, path: '/health' } },
 * });
 */
export function composeSubject(subject: ComposeSubjectDefinition): ComposeSubjectDefinition {
  return subject;
}
