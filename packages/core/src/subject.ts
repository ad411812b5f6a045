import type { Address, NodeSpec, Topology } from './topology.ts';
import type { Goal, JsonObject } from './words.ts';

/** A system under test, as a definition: what it is made of, how to start it, how to see whether it is well. */
export interface Subject {
  readonly name: string;
  /** What it can measure: only this is waited for, at the start and after the undo. */
  readonly goals: readonly Goal[];
  readonly topology: Topology;
  /** Absent: it has no load, and cannot measure `serving`. */
  readonly slo?: LoadSlo;
  /** From start to every node in service; beyond it the execution is void (`never_steady`). */
  readonly startBudgetMs: number;
  /** How the process runtime starts one node. Absent: this subject does not run on it. */
  readonly prepareProcess?: (site: NodeSite, signal: AbortSignal) => Promise<ProcessLaunch>;
  /**
   * How the docker runtime starts one node. Pure: it is asked before any container exists, and more than once. Absent:
   * this subject does not run on it.
   */
  readonly prepareContainer?: (site: ContainerSite) => ContainerLaunch;
  /** The compose file that nodes come from whose launch is a {@link ServiceLaunch}. Absent: there are none. */
  readonly compose?: ComposeFile;
  /** Opens the observer's connections, on the path that no fault touches. */
  readonly observe: (observer: Observer) => SubjectProbe;
}

/** What the client's load must meet over the window for the subject to count as serving. */
export interface LoadSlo {
  readonly windowMs: number;
  /** 0..1, of the operations of each kind that ended within the window. */
  readonly minSuccessRatio: number;
  /** A slower operation counts as failed. */
  readonly maxLatencyMs: number;
}

/** Where one node is to live on the process runtime. */
export interface NodeSite {
  readonly node: NodeSpec;
  readonly topology: Topology;
  /** The node's own folder, its working directory, owned by the user it will run as: empty but for its volume. */
  readonly folder: string;
  /** A folder shared by all instances of one place, for what is costly to make once (seeds, templates). */
  readonly cacheFolder: string;
  /** User and group to make files as; undefined: the current user. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
  /** The node's own listening address. */
  listen(port: string): Address;
  /** Where this node must dial another one: always through the link, so that faults bite. @throws when there is no such link. */
  dial(to: string, port: string): Address;
}

/** How a node's process is started, and started again by the supervisor: plain data. */
export interface ProcessLaunch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `dropped`: as the unprivileged user when we are root (servers insist); `kept`: as ourselves. */
  readonly privileges: 'dropped' | 'kept';
  /**
   * Sent to the launched process when the instance is removed, a moment before SIGKILL goes to the whole tree:
   * for servers that leave things in the kernel when they are killed. Absent: SIGKILL at once. Never part of a fault.
   */
  readonly endSignal?: NodeJS.Signals;
}

/**
 * Where one node is to live on the docker runtime. Every node has a network of its own, and is reached there by its
 * name, at the ports that its own launch says: what one node dials, its subject can write down.
 */
export interface ContainerSite {
  readonly node: NodeSpec;
  readonly topology: Topology;
}

/** How a node's container is made: plain data. The supervisor starts the same container again. */
export type ContainerLaunch = ImageLaunch | ProgramLaunch | ServiceLaunch;

interface AnyContainerLaunch {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The number behind each of the node's port names. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where the node's volume is mounted; a node without a volume needs none. */
  readonly dataPath?: string;
}

/** Runs a published image as it is. */
export interface ImageLaunch extends AnyContainerLaunch {
  readonly kind: 'image';
  readonly image: ImageName;
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[];
  /** Texts by absolute path, put into the container before its first start. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs a program of the subject's own, on Node: its load client, say. */
export interface ProgramLaunch extends AnyContainerLaunch {
  readonly kind: 'program';
  /** Path of the module to run; what it imports is packed with it. */
  readonly module: string;
}

/** Runs a service of a compose file as the file says; compose makes its container. */
export interface ServiceLaunch extends AnyContainerLaunch {
  readonly kind: 'service';
  /** What the file calls it. */
  readonly service: string;
  readonly image: ImageName;
  /** Names beside the node's own by which others dial it. */
  readonly aliases: readonly string[];
  /** Lines of its hosts file, `name:address`. */
  readonly hosts: readonly string[];
}

/** A compose file, made ready to be run once per instance: plain data. */
export interface ComposeFile {
  /** Absolute. */
  readonly path: string;
  /** What compose makes of it: variables filled in, paths absolute, nothing of the host shared that must not be. */
  readonly resolved: JsonObject;
  /** Services that run once before others start, and are no nodes. */
  readonly jobs: readonly string[];
}

/** An image by a name of ours, under which settings may choose another reference. */
export interface ImageName {
  readonly name: string;
  /** What is pulled unless settings say otherwise: `registry/repository:tag`. */
  readonly published: string;
}

export interface Observer {
  /** The node's own address, beside all links. */
  address(node: string, port: string): Address;
  /** The guard's monotonic clock. */
  monotonicMs(): number;
}

/** Eyes on one instance. Every call ends by the signal's deadline. */
export interface SubjectProbe {
  /** One sample: is every node in service, with full redundancy? Never throws for an unwell subject. */
  whole(signal: AbortSignal): Promise<{ readonly whole: boolean; readonly detail: string }>;
  /** The role each node that answers has now. */
  roles(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** The subject's state for the record: roles, positions, counts. Unreachable nodes say so. */
  capture(signal: AbortSignal): Promise<JsonObject>;
  /** One application round trip to the address, in ms; the accept alone does not count. @throws when no answer came. */
  ping(node: string, address: Address, signal: AbortSignal): Promise<number>;
  /**
   * Sends so many bytes to the address and, when the node has all of them, gets as many back: in ms from the first
   * to the last byte, connecting and log-in not counted. Absent: on this subject nobody could see that a link's rate
   * is limited, and a fault that does so is refused.
   * @throws when they did not come back.
   */
  readonly transfer?: (node: string, address: Address, bytes: number, signal: AbortSignal) => Promise<number>;
  /**
   * Which of these writes, by the `ack` of their load lines, are not there now? Asked once, when the trial is over
   * and the instance is as well as before it, of whoever clients would read from: an answer from a copy that lags
   * behind would accuse the subject of losses. There may be tens of thousands: ask in batches. Absent: nobody can
   * tell, and the record says so.
   * @throws when it cannot be told
   */
  readonly missingWrites?: (acks: readonly number[], signal: AbortSignal) => Promise<readonly number[]>;
  close(): Promise<void>;
}

/** One line on the client node's standard output: one operation of the load, when it has ended. */
export interface LoadLine {
  readonly op: 'read' | 'write';
  readonly ok: boolean;
  readonly ms: number;
  /** Names the write, when it was acknowledged; no other one has this number. */
  readonly ack?: number;
  readonly error?: string;
}
