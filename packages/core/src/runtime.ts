import type { ExecOutcome } from './operator.ts';
import type { LoadLine, Observer, Subject } from './subject.ts';
import type { Address, Link, NodeView, Topology } from './topology.ts';
import type { RuntimeName } from './words.ts';

/** Where nodes live. A runtime makes instances and offers primitives; what a fault is, it does not know. */
export interface Runtime {
  readonly name: RuntimeName;
  /** Starts every node; resolves when all processes run, which is before the subject is steady. Removes what it made when it fails. */
  start(request: InstanceRequest, signal: AbortSignal): Promise<Instance>;
  /** Removes all of an instance whose guard is gone, from its label alone. Idempotent; true when nothing of it is left. */
  removeLeftovers(label: InstanceLabel): Promise<boolean>;
}

/** Marks everything made for an instance; enough to find and remove it. */
export interface InstanceLabel {
  readonly instance: string;
  /** The guard that made it, by name: while that lives, the instance is nobody else's to remove. */
  readonly guard: string;
  readonly trial: string;
  readonly execution: number;
  /** Process runtime: all of the instance lives below this folder, and so do its processes' working directories. */
  readonly folder: string;
}

export interface InstanceRequest {
  readonly label: InstanceLabel;
  readonly subject: Subject;
}

/**
 * One isolated running copy of a subject. All primitives are idempotent; those of a fault are keyed by its
 * injection, so that undoing one never lifts another.
 */
export interface Instance {
  readonly label: InstanceLabel;
  readonly topology: Topology;
  readonly observer: Observer;
  nodes(): readonly NodeView[];
  /** What is true at the node now, asked of the operating system and not of our own books. */
  look(node: string): Promise<NodeLook>;
  /** The address at which `link.from` dials: a probe there takes the path that the fault is on. */
  dial(link: Link): Address;
  /** Calls back for each operation of the client's load until removed; returns the unsubscribe. */
  onLoad(listener: (line: LoadLine) => void): () => void;
  /** Calls back when a node starts, dies or misbehaves, until removed: for the timeline. Returns the unsubscribe. */
  onNode(listener: (event: NodeEvent) => void): () => void;

  /** SIGKILL to the node's whole tree, if that incarnation still lives; resolves when every member is gone. */
  crash(node: string, incarnation: string): Promise<void>;
  /** Kills the node and keeps the supervisor from starting it, until released. */
  hold(injection: string, node: string): Promise<void>;
  /** Lets the supervisor have the node again, and starts it at once if it is down. */
  release(injection: string, node: string): Promise<void>;
  /**
   * SIGSTOP to the node's whole tree, if that incarnation still lives; resolves when every member is stopped. It
   * hits one life: should the node die meanwhile, its next life is not paused.
   */
  pause(injection: string, node: string, incarnation: string): Promise<void>;
  /** Lets a paused tree go on, unless another injection pauses it, too; resolves when no member is stopped. */
  resume(injection: string, node: string): Promise<void>;
  /** Starts the node if it is down and not held. */
  startNode(node: string): Promise<void>;
  /**
   * What an operator may and a supervisor may not: lets go of the node whoever holds it down, and starts it if it is
   * down. The release of an injection that held it changes nothing after that.
   */
  takeBack(node: string): Promise<void>;
  /** Kills the node, whatever is done to its processes, and takes it back. */
  restart(node: string): Promise<void>;
  /**
   * Runs a command where the node lives, as its user, and ends it with the signal.
   * @throws OrdealError TARGET_FAILED when the node is down, or the command cannot be run; the signal's reason
   */
  exec(node: string, command: readonly string[], signal: AbortSignal): Promise<ExecOutcome>;
  /** The last lines of what the node wrote, of all its lives. */
  logs(node: string, lines: number, signal: AbortSignal): Promise<string>;
  /** Puts rules on links; those of several injections add up: delays are summed, and the lowest rate holds. */
  shape(injection: string, rules: readonly LinkRule[]): Promise<void>;
  /** Takes all rules of the injection away. */
  unshape(injection: string): Promise<void>;
  /**
   * Fills the node's volume with a file until it is at least so full, in percent, and keeps it so: what the node
   * gives back is taken as well. A full volume is success, whatever the figure.
   * @throws OrdealError UNSUPPORTED when the node has no volume of limited size, with the reason; TARGET_FAILED when
   * the volume is as full as that without it; MACHINE_FAILED when the volume lies in memory and too little would be left.
   */
  fill(injection: string, node: string, percent: number): Promise<void>;
  /** Ends the filling and deletes its file. */
  free(injection: string, node: string): Promise<void>;
  /** What is true of the node's volume now, asked of its file system. @throws OrdealError UNSUPPORTED like `fill`. */
  lookAtVolume(node: string): Promise<VolumeLook>;
  /**
   * Limits what the node may use, in this life and the next ones. Of several injections the lowest limits hold. The
   * first squeeze of an injection counts: another one by it changes nothing.
   * @throws OrdealError UNSUPPORTED where nodes have no limits, with the reason; TARGET_FAILED when the limits are refused
   */
  squeeze(injection: string, node: string, limits: NodeLimits): Promise<void>;
  /** Takes the limits of the injection away. */
  relax(injection: string, node: string): Promise<void>;
  /** What limits the node now. @throws OrdealError UNSUPPORTED like `squeeze`. */
  lookAtLimits(node: string): Promise<LimitsLook>;
  /** Stops everything and deletes the folder. */
  remove(): Promise<void>;
}

export interface NodeLook {
  /** The incarnation that runs, or null. */
  readonly incarnation: string | null;
  /** Live processes of the node's tree, of whatever incarnation. */
  readonly members: number;
  /** Those of them that a signal has stopped. */
  readonly stopped: number;
  /** Deaths in a row soon after a start and by no fault; above zero the supervisor waits longer each time. */
  readonly quickDeaths: number;
}

export interface VolumeLook {
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** Nothing is left, and a write was refused for it. */
  readonly isFull: boolean;
  /** What the files of fillings take, in bytes, by injection. */
  readonly filledBytes: Readonly<Record<string, number>>;
}

/** What a node may use. What is not named is not limited. */
export interface NodeLimits {
  /** Processor time, as a share of one core: above 0, at most 1. The least that a runtime can give may be more. */
  readonly cpuShare?: number;
  /** Memory, without any swap beside it. The least that a runtime can give may be more. */
  readonly memoryBytes?: number;
}

export interface LimitsLook {
  /** Processor time as a share of one core, or null when nothing but the node's own launch limits it. */
  readonly cpuShare: number | null;
  /** How often in this life the node wanted more processor time than it got. */
  readonly throttledPeriods: number;
  /** Null when there is no limit but the machine's memory, and what the node's own launch says. */
  readonly memoryLimitBytes: number | null;
  /** Without the cache of files that can be dropped at once; 0 while the node is down. */
  readonly memoryUsedBytes: number;
}

/** Something that happened to a node, as its supervisor saw it. */
export interface NodeEvent {
  /** On the guard's monotonic clock. */
  readonly atMs: number;
  readonly node: string;
  /**
   * `noise`: the client wrote lines that are no {@link LoadLine}; told at the 1st, 10th, 100th, ... `shaped`: rules on its
   * links are in force, where that can be by more than one means. `doubted`: what holds the faults on the node answers no
   * more, and they with it; nothing that is measured from here on says anything, and `lost` follows. `lost`: somebody else
   * took away what the node is made of; the instance is of no use any more. Told once, also to who listens from later on.
   */
  readonly kind: 'started' | 'died' | 'start_failed' | 'noise' | 'shaped' | 'doubted' | 'lost';
  readonly incarnation: string | null;
  /** Exit code, signal, error, means; for people. */
  readonly detail: string;
}

export type LinkRule =
  /** Adds a round-trip time drawn uniformly from [minMs, maxMs], half in each direction. */
  | {
      readonly kind: 'delay';
      readonly link: Link;
      readonly minMs: number;
      readonly maxMs: number;
      readonly seed: string;
    }
  /** Lets through so many kilobits (1,000 bits) of payload a second in each direction, over all connections together. */
  | { readonly kind: 'rate'; readonly link: Link; readonly kbit: number }
  /** Loses so many percent of the packets in each direction, each by a draw of its own. Where links carry packets. */
  | { readonly kind: 'loss'; readonly link: Link; readonly percent: number }
  /** Holds back bytes; `forward` is from the dialler to the listener, whoever dialled first. New connections hang. */
  | { readonly kind: 'cut'; readonly link: Link; readonly direction: 'forward' | 'backward' | 'both' };
