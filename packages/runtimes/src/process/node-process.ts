import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import {
  describeError,
  type NodeEvent,
  type NodeLook,
  type NodeSpec,
  type ProcessLaunch,
} from '@ordeal/core';
import { identityOf, isAlive, isStopped, type ProcessIdentity, signalProcess } from '@ordeal/place';
import { launchNode, type NodePlace } from './launch-node.ts';
import { continueTree, pauseTree, resumeTree } from './pause-tree.ts';
import { killTree, treeMembers } from './process-tree.ts';

/** A life shorter than this, ended by none of our signals, counts as a quick death. */
const QUICK_DEATH_MS = 2_000;
/** The longest that a crash loop waits between two starts, unless the node's own delay is longer. */
const MAX_BACKOFF_MS = 30_000;
/** What a server may take to end by its end signal before it is killed; removal has to be quick. */
const END_WITHIN_MS = 1_000;
/** A first step for nodes whose restart delay is zero. */
const MIN_BACKOFF_MS = 100;

export interface NodeProcessOptions extends NodePlace {
  readonly spec: NodeSpec;
  readonly launch: ProcessLaunch;
  readonly monotonicMs: () => number;
  readonly tell: (event: NodeEvent) => void;
  /** Told of each life before anything else, so that it can be found should we die. */
  readonly record: (incarnation: ProcessIdentity) => void;
}

interface Life {
  readonly incarnation: ProcessIdentity;
  readonly startedMs: number;
  readonly ended: Promise<void>;
  /** Our own signal ended it: no sign of a crash loop. */
  killed: boolean;
}

/**
 * One node and its supervisor. Kills and starts of a node follow one another, never overlap: a start waits for
 * the kill before it, and looks again whether it is still wanted.
 */
export class NodeProcess {
  readonly spec: NodeSpec;
  readonly #options: NodeProcessOptions;
  readonly #holders = new Set<string>();
  /** Injections that pause the present life. */
  readonly #pausers = new Set<string>();
  #life: Life | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #quickDeaths = 0;
  #isRetired = false;

  constructor(options: NodeProcessOptions) {
    this.spec = options.spec;
    this.#options = options;
  }

  /** The incarnation that runs now, asked of the operating system. */
  incarnation(): ProcessIdentity | null {
    const life = this.#life;
    return life !== undefined && isAlive(life.incarnation) ? life.incarnation : null;
  }

  look(): NodeLook {
    const members = treeMembers(this.#options.folder, this.#roots());
    return {
      incarnation: this.incarnation(),
      members: members.length,
      stopped: members.filter(isStopped).length,
      quickDeaths: this.#quickDeaths,
    };
  }

  /** Starts the node if it is down, not held and not retired. @throws OrdealError TARGET_FAILED when it cannot be started. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#startNow());
  }

  /** Kills the whole tree, unless another incarnation lives already. */
  crash(incarnation: string): Promise<void> {
    return this.#inTurn(async () => {
      const current = this.incarnation();
      if (current === null || current === incarnation) await this.#kill();
    });
  }

  /** Kills the whole tree and keeps it down until every holder has let go. */
  hold(injection: string): Promise<void> {
    this.#holders.add(injection);
    clearTimeout(this.#restart);
    return this.#inTurn(async () => {
      if (this.#holders.has(injection)) await this.#kill();
    });
  }

  /** Starts the node at once if nobody else holds it and it is down. */
  release(injection: string): Promise<void> {
    this.#holders.delete(injection);
    return this.start();
  }

  /** Stops the whole tree, unless another incarnation lives. */
  pause(injection: string, incarnation: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.incarnation() !== incarnation) return;
      // Noted first: a pause that works by half has to be taken back as well.
      this.#pausers.add(injection);
      await pauseTree(this.#options.folder, this.#roots());
    });
  }

  /** Lets the tree go on if nobody else pauses it. */
  resume(injection: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#pausers.has(injection)) return;
      if (this.#pausers.size === 1) await resumeTree(this.#options.folder, this.#roots());
      this.#pausers.delete(injection);
    });
  }

  /** Kills the whole tree for good, after a moment for an end signal if it has one. Idempotent. */
  retire(): Promise<void> {
    this.#isRetired = true;
    clearTimeout(this.#restart);
    return this.#inTurn(async () => {
      await this.#endPolitely();
      await this.#kill();
    });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #roots(): ProcessIdentity[] {
    return this.#life === undefined ? [] : [this.#life.incarnation];
  }

  async #endPolitely(): Promise<void> {
    const { endSignal } = this.#options.launch;
    const life = this.#life;
    if (endSignal === undefined || life === undefined) return;
    life.killed = true;
    if (!signalProcess(life.incarnation, endSignal)) return;
    // A paused server takes the signal only once it goes on.
    if (this.#pausers.size > 0) continueTree(this.#options.folder, this.#roots());
    await Promise.race([life.ended, delay(END_WITHIN_MS, undefined, { ref: false })]);
  }

  async #kill(): Promise<void> {
    if (this.#life !== undefined) this.#life.killed = true;
    await killTree(this.#options.folder, this.#roots());
    this.#pausers.clear();
    await this.#life?.ended;
  }

  async #startNow(): Promise<void> {
    if (this.#isRetired || this.#holders.size > 0 || this.incarnation() !== null) return;
    clearTimeout(this.#restart);
    // What the last life left behind would fight the next one over port and data. Container engines and service
    // managers clear it away as well.
    await this.#kill();
    // A hold or a removal may have come in meanwhile. From here to the spawn nothing waits.
    if (this.#isRetired || this.#holders.size > 0) return;
    try {
      const { child, pid } = await launchNode(this.#options.launch, this.#options);
      this.#life = this.#follow(child, pid);
    } catch (error) {
      this.#tell('start_failed', null, describeError(error));
      this.#quickDeaths += 1;
      this.#restartLater();
      throw error;
    }
    this.#tell('started', this.#life.incarnation, '');
  }

  #follow(child: ChildProcess, pid: number): Life {
    // Dead before we looked: any name will do that no live process can have.
    const incarnation = identityOf(pid) ?? `${pid}@dead`;
    this.#options.record(incarnation);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const life: Life = { incarnation, startedMs: this.#options.monotonicMs(), ended, killed: false };
    child.once('exit', (code, signal) => {
      this.#tell('died', incarnation, signal ?? `exit code ${code}`);
      const lived = this.#options.monotonicMs() - life.startedMs;
      this.#quickDeaths = lived < QUICK_DEATH_MS && !life.killed ? this.#quickDeaths + 1 : 0;
      resolve();
      this.#restartLater();
    });
    return life;
  }

  #restartLater(): void {
    if (this.#isRetired || this.#holders.size > 0) return;
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => {
      // Told by `start_failed`, and tried again.
      this.start().catch(() => {});
    }, this.#restartDelayMs());
  }

  #restartDelayMs(): number {
    const { restartDelayMs } = this.spec;
    if (this.#quickDeaths === 0) return restartDelayMs;
    const backoffMs = Math.max(restartDelayMs, MIN_BACKOFF_MS) * 2 ** Math.min(this.#quickDeaths, 16);
    return Math.max(restartDelayMs, Math.min(backoffMs, MAX_BACKOFF_MS));
  }

  #tell(kind: NodeEvent['kind'], incarnation: string | null, detail: string): void {
    this.#options.tell({
      atMs: this.#options.monotonicMs(),
      node: this.spec.name,
      kind,
      incarnation,
      detail,
    });
  }
}
