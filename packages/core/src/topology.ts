/** A subject's shape as plain data, so that every runtime starts the same system. */
export interface Topology {
  readonly nodes: readonly NodeSpec[];
  /** Who dials whom, on which port. The client's links stand here too. A runtime lets nothing through beside these. */
  readonly links: readonly Link[];
}

export interface NodeSpec {
  readonly name: string;
  /** The role at start; roles can move, see {@link SubjectProbe.roles}. The load's node has role {@link CLIENT_ROLE}. */
  readonly role: string;
  /** Names of the ports it listens on. */
  readonly ports: readonly string[];
  /** Those of them that answer {@link SubjectProbe.ping}; absent: the first one. A fault is seen on links to these alone. */
  readonly pingable?: readonly string[];
  /** The supervisor starts a dead node again after this long; null: never, it stays down until a fault is undone. */
  readonly restartDelayMs: number | null;
  /** No fault goes for it, though it may be a peer of one that is hit. Absent: it may be hit. */
  readonly isSpared?: boolean;
  /** Where it keeps its data, when the space for it may run out. */
  readonly volume?: VolumeSpec;
}

/** A folder for a node's data. Its size is limited where the runtime has the ability `volumes`, and not elsewhere. */
export interface VolumeSpec {
  /** Below the node's folder; made by the runtime, empty, and the node's own user's alone. */
  readonly path: string;
  /**
   * In MiB (1,048,576 bytes). Too low: the node fills it by itself. Too high: filling it costs that much memory,
   * where volumes live in memory; what is empty costs none.
   */
  readonly sizeMb: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly port: string;
}

export const CLIENT_ROLE = 'client';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A node as it is now. */
export interface NodeView {
  readonly name: string;
  readonly role: string;
  /** Names one life of the node (process: `pid@start`; docker: `container@started-at`); null while it is down. */
  readonly incarnation: string | null;
}
