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
  /** Names of the ports it listens on; the first one answers {@link SubjectProbe.ping}. */
  readonly ports: readonly string[];
  /** The supervisor starts a dead node again after this long. */
  readonly restartDelayMs: number;
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
