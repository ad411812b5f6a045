import type { Address } from './topology.ts';
import type { JsonObject, RuntimeName } from './words.ts';

/** Nobody: the system heals by itself or not at all. */
export const NO_OPERATOR = 'none';

/** What a worker must offer to have the operator work on its trials; undefined: there is nobody to offer. */
export function operatorNeed(name: string): string | undefined {
  return name === NO_OPERATOR ? undefined : `operator/${name}`;
}

/** Who is expected to repair what is broken: an agent, a script, a program of ours. */
export interface Operator {
  readonly name: string;
  /** What the operator gets of the settings of its arm. @throws OrdealError BAD_INPUT; absent: it takes none */
  checkSettings?(settings: JsonObject): JsonObject;
  /**
   * Works on one incident: until it has nothing more to do, or until its signal fires. Nothing of it runs any more
   * when this resolves.
   */
  engage(engagement: Engagement): Promise<void>;
}

/** One operator at one instance. */
export interface Engagement {
  readonly incident: Incident;
  readonly handles: NodeHandles;
  /** Opens the handles to another process, for as long as the engagement lasts. */
  readonly openHandles: () => Promise<HandleAccess>;
  /** What the arm of the campaign passes to the operator, as {@link Operator.checkSettings} left it. */
  readonly settings: JsonObject;
  readonly tell: (event: OperatorEvent) => void;
  readonly signal: AbortSignal;
  readonly backstage: Backstage;
}

/** What an operator gets to know: whom it may have to repair, and never what is done to whom, or when. */
export interface Incident {
  /** Names this incident, and nothing else. */
  readonly incident: string;
  readonly trial: string;
  readonly subject: string;
  readonly runtime: RuntimeName;
  /** Stands in the names of all that was made for the instance: folders, containers. */
  readonly instance: string;
  /** Without the client: it is the measurement, and nobody's to repair. */
  readonly nodes: readonly IncidentNode[];
}

export interface IncidentNode {
  readonly name: string;
  /** What it was when the operator was called. */
  readonly role: string;
  /** Its own addresses, by name of the port. */
  readonly endpoints: Readonly<Record<string, Address>>;
}

/** What an operator may do to the nodes of its incident. Every act is recorded. All throw OrdealError. */
export interface NodeHandles {
  list(): Promise<readonly HandledNode[]>;
  /** Kills the whole node and starts it, whatever keeps it down. */
  restart(node: string): Promise<void>;
  /** Starts it if it is down, whatever keeps it down. */
  start(node: string): Promise<void>;
  /** Runs a command where the node lives, as its user. The node has to be up. */
  exec(node: string, command: readonly string[]): Promise<ExecOutcome>;
  /** The end of what the node wrote. */
  logs(node: string, lines: number): Promise<string>;
}

export interface HandledNode extends IncidentNode {
  /** `frozen`: its processes are there, and a signal has stopped them. */
  readonly state: 'up' | 'down' | 'frozen';
}

export interface ExecOutcome {
  readonly exitCode: number;
  /** Standard output and standard error, in the order in which they came; the beginning is cut off when there is too much. */
  readonly output: string;
}

/** For {@link NodeHandles} from another process on this machine. */
export interface HandleAccess {
  /** Path of a Unix socket. */
  readonly socket: string;
  /** Good for this incident alone, and only while it lasts. */
  readonly token: string;
}

/** What an operator tells of itself. */
export type OperatorEvent = {
  /** When it happened, by the wall clock, in ms since 1970; absent: now. */
  readonly at?: number;
} & (
  | { readonly kind: 'detected' }
  | { readonly kind: 'claimed_resolved' }
  | { readonly kind: 'note'; readonly note: JsonObject }
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly node?: string | undefined;
      /** It was meant to change something; absent: as the command reads. */
      readonly repairs?: boolean | undefined;
      readonly exitCode?: number | undefined;
    }
);

/** What control operators know and can do, and no operator under test: they show whether the judging is sound. */
export interface Backstage {
  /**
   * Resolves when the fault has been seen to bite and the trial's goal has broken; where it does not, some seconds later. Sooner nobody could notice anything, and a fault that is undone before it hurts shows nothing.
   */
  untilItHurts(): Promise<void>;
  /** Takes the fault away, as its undo would. */
  undoFault(): Promise<void>;
  /** Resolves when all that the subject can measure is good. */
  untilWell(): Promise<void>;
}
