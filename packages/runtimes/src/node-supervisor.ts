import { describeError, type NodeEvent, type NodeSpec } from '@ordeal/core';

/** A life shorter than this, ended by none of our signals, counts as a quick death. */
const QUICK_DEATH_MS = 2_000;
/** The longest that a crash loop waits between two starts, unless the node's own delay is longer. */
const MAX_BACKOFF_MS = 30_000;
/** A first step for nodes whose restart delay is zero. */
const MIN_BACKOFF_MS = 100;

/** What a runtime can do with one node. The supervisor calls these one at a time, `isAlive` excepted. */
export interface NodeHost {
  /** Begins a new life. @throws OrdealError TARGET_FAILED when it cannot. */
  start(): Promise<StartedLife>;
  /** Answers at once. */
  isAlive(incarnation: string): boolean;
  /** Kills the whole node, what an earlier life left included, unpaused or not; resolves when nothing of it is left. */
  kill(incarnation: string | undefined): Promise<void>;
  /** Lets a server end by itself for a moment; absent: it needs no such thing. */
  end?(life: StartedLife, isPaused: boolean): Promise<void>;
  pause(incarnation: string): Promise<void>;
  resume(incarnation: string): Promise<void>;
}

export interface StartedLife {
  readonly incarnation: string;
  /** Resolves when it is over, to how: exit code or signal, for people. Never rejects. */
  readonly ended: Promise<string>;
}

export interface SupervisorOptions {
  readonly spec: Pick<NodeSpec, 'name' | 'restartDelayMs'>;
  readonly host: NodeHost;
  readonly monotonicMs: () => number;
  readonly tell: (event: NodeEvent) => void;
}

interface Life extends StartedLife {
  readonly startedMs: number;
  /** Resolves when its end has been told. */
  readonly over: Promise<void>;
  /** Our own signal ended it: no sign of a crash loop. */
  killed: boolean;
}

/**
 * Keeps one node up, on any runtime. Kills and starts of a node follow one another, never overlap: a start waits for
 * the kill before it, and looks again whether it is still wanted.
 */
export class NodeSupervisor {
  readonly #options: SupervisorOptions;
  readonly #holders = new Set<string>();
  /** Injections that pause the present life. */
  readonly #pausers = new Set<string>();
  #life: Life | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #quickDeaths = 0;
  #isRetired = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Deaths in a row soon after a start and by no fault. */
  get quickDeaths(): number {
    return this.#quickDeaths;
  }

  /** The incarnation that was started last, dead or alive. */
  get lastIncarnation(): string | undefined {
    return this.#life?.incarnation;
  }

  /** The incarnation that runs now. */
  incarnation(): string | null {
    const life = this.#life;
    return life !== undefined && this.#options.host.isAlive(life.incarnation) ? life.incarnation : null;
  }

  /** Starts the node if it is down, not held and not retired. @throws OrdealError TARGET_FAILED when it cannot be started. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#startNow());
  }

  /** Kills the whole node, unless another incarnation lives already. */
  crash(incarnation: string): Promise<void> {
    return this.#inTurn(async () => {
      const current = this.incarnation();
      if (current === null || current === incarnation) await this.#kill();
    });
  }

  /** Kills the whole node and keeps it down until every holder has let go. */
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

  /** Starts the node if it is down, and ends every hold: nobody holds it then. */
  takeBack(): Promise<void> {
    this.#holders.clear();
    return this.start();
  }

  /** Kills the whole node, ends every hold, and starts it. */
  restart(): Promise<void> {
    this.#holders.clear();
    return this.#inTurn(async () => {
      await this.#kill();
      await this.#startNow();
    });
  }

  /** Stops the whole node, unless another incarnation lives. */
  pause(injection: string, incarnation: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.incarnation() !== incarnation) return;
      // Noted first: a pause that works by half has to be taken back as well.
      this.#pausers.add(injection);
      await this.#options.host.pause(incarnation);
    });
  }

  /** Lets the node go on if nobody else pauses it. */
  resume(injection: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#pausers.has(injection) || this.#life === undefined) return;
      if (this.#pausers.size === 1) await this.#options.host.resume(this.#life.incarnation);
      this.#pausers.delete(injection);
    });
  }

  /** Kills the whole node for good. Idempotent. */
  retire(): Promise<void> {
    this.#isRetired = true;
    clearTimeout(this.#restart);
    return this.#inTurn(async () => {
      await this.#endByItself();
      await this.#kill();
    });
  }

  /** Starts it no more, and leaves it to somebody else to kill it; resolves when nothing is at work on it. */
  abandon(): Promise<void> {
    this.#isRetired = true;
    clearTimeout(this.#restart);
    return this.#inTurn(async () => {});
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #endByItself(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    life.killed = true;
    await this.#options.host.end?.(life, this.#pausers.size > 0);
  }

  async #kill(): Promise<void> {
    if (this.#life !== undefined) this.#life.killed = true;
    await this.#options.host.kill(this.#life?.incarnation);
    this.#pausers.clear();
    await this.#life?.over;
  }

  async #startNow(): Promise<void> {
    if (this.#isRetired || this.#holders.size > 0 || this.incarnation() !== null) return;
    clearTimeout(this.#restart);
    // What the last life left behind would fight the next one over port and data. Container engines and service
    // managers clear it away as well.
    await this.#kill();
    // A hold or a removal may have come in meanwhile.
    if (this.#isRetired || this.#holders.size > 0) return;
    try {
      this.#life = this.#follow(await this.#options.host.start());
    } catch (error) {
      this.#tell('start_failed', null, describeError(error));
      this.#quickDeaths += 1;
      this.#restartLater();
      throw error;
    }
    this.#tell('started', this.#life.incarnation, '');
  }

  #follow({ incarnation, ended }: StartedLife): Life {
    const startedMs = this.#options.monotonicMs();
    const over = ended.then((how) => {
      this.#tell('died', incarnation, how);
      const lived = this.#options.monotonicMs() - life.startedMs;
      this.#quickDeaths = lived < QUICK_DEATH_MS && !life.killed ? this.#quickDeaths + 1 : 0;
      this.#restartLater();
    });
    const life: Life = { incarnation, ended, startedMs, over, killed: false };
    return life;
  }

  #restartLater(): void {
    const { restartDelayMs } = this.#options.spec;
    if (restartDelayMs === null || this.#isRetired || this.#holders.size > 0) return;
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => {
      // Told by `start_failed`, and tried again.
      this.start().catch(() => {});
    }, this.#backedOff(restartDelayMs));
  }

  #backedOff(restartDelayMs: number): number {
    if (this.#quickDeaths === 0) return restartDelayMs;
    const backoffMs = Math.max(restartDelayMs, MIN_BACKOFF_MS) * 2 ** Math.min(this.#quickDeaths, 16);
    return Math.max(restartDelayMs, Math.min(backoffMs, MAX_BACKOFF_MS));
  }

  #tell(kind: NodeEvent['kind'], incarnation: string | null, detail: string): void {
    const { monotonicMs, spec, tell } = this.#options;
    tell({ atMs: monotonicMs(), node: spec.name, kind, incarnation, detail });
  }
}
