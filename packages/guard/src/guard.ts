import { describeError, OrdealError, type Runtime, type Subject } from '@ordeal/core';
import type { InstanceEnd } from './end-instance.ts';
import { Execution } from './execution.ts';
import type { GuardParts } from './execution-parts.ts';
import { Fences, refused } from './fences.ts';
import { type Answer, type Body, type Fence, type Recovered, VERBS, type Verb } from './protocol.ts';
import { ReadyAhead } from './ready-ahead.ts';

const REMOVED = 'it was removed';
const NOT_STARTED = 'its instance did not start';
/** Begins the name of a trial that there is not: an instance made ready ahead waits under it. */
const NOBODYS = 'ahead-';

/** Between two tries to remove what could not be removed: an engine that is away may be back. */
const CLEAN_AGAIN_MS = 5_000;

type Handlers = { readonly [V in Verb]: (body: Body<V>) => Promise<Answer<V>> };

/**
 * The one that touches targets. Every way to act goes through {@link Guard.ask}; fence and lease are checked
 * before anything else. Time comes from its own monotonic clock, moved on by {@link Guard.tick}.
 */
export class Guard {
  readonly #parts: GuardParts;
  readonly #recovered: readonly Recovered[];
  readonly #fences = new Fences();
  /** By trial: at most one execution of a trial is here. */
  readonly #executions = new Map<string, Execution>();
  readonly #ends = new Map<Execution, Promise<InstanceEnd>>();
  /** Not removed when they ended; tried again and again, and once more when the guard goes. */
  readonly #unclean = new Set<Execution>();
  readonly #ahead: ReadyAhead;
  #opened = 0;
  #toldMs: number;
  #cleanNextMs = 0;
  #goingBecause: string | undefined;

  constructor(parts: GuardParts, recovered: readonly Recovered[] = []) {
    this.#parts = parts;
    this.#recovered = recovered;
    this.#toldMs = parts.monotonicMs();
    const { monotonicMs, log } = parts;
    this.#ahead = new ReadyAhead({
      kindOf: (wanted) => this.#kindOf(wanted),
      open: () => this.#openForNobody(),
      end: (execution, reason) => this.#end(execution, reason),
      monotonicMs,
      log,
    });
  }

  /** @throws OrdealError BAD_INPUT for a body of the wrong shape, GUARD_REFUSED by fence or lease; what the verb throws. */
  async ask<V extends Verb>(verb: V, body: unknown): Promise<Answer<V>> {
    const parsed = VERBS[verb].body.safeParse(body);
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      throw new OrdealError('BAD_INPUT', `${verb}: ${problems.join('; ')}`);
    }
    // A guard that slept past a lease learns it from its own clock before it takes another order. A beat is
    // counted first, because it only says how long the lease was.
    if (verb !== 'beat') this.#endWhatRanOut();
    const handler: (body: Body<V>) => Promise<Answer<V>> = this.#handlers[verb];
    return handler(parsed.data as Body<V>);
  }

  /** Moves time on: tells it, ends what ran out, samples health. Call it several times a second. */
  tick(): void {
    this.#endWhatRanOut();
    this.#tellNow();
    for (const execution of this.#executions.values()) execution.tick();
    void this.#cleanUp();
  }

  /** Undoes and removes everything; takes no order from now on. True when nothing is left. */
  async shutDown(reason: string): Promise<boolean> {
    this.#goingBecause ??= reason;
    this.#parts.send({ event: 'going', reason });
    this.#ahead.ask({ wanted: [], keepFreeMb: 0 });
    await Promise.all([...this.#executions.values()].map((execution) => this.#abandon(execution, reason)));
    await Promise.all(this.#ends.values());
    const cleaned = await Promise.all([...this.#unclean].map((execution) => this.#cleanAgain(execution)));
    return !cleaned.includes(false);
  }

  readonly #handlers: Handlers = {
    hello: async () => {
      const { guard, identity } = this.#parts;
      return {
        guard,
        pid: process.pid,
        identity,
        nowMs: this.#tellNow(),
        recovered: [...this.#recovered],
      };
    },
    beat: async ({ provenAtMs, executions }) => {
      // A worker cannot have proof of a time that it was never told.
      const provenMs = Math.min(provenAtMs, this.#toldMs);
      for (const fence of executions) this.#find(fence)?.lease.renew(provenMs);
      this.#endWhatRanOut();
      return {};
    },
    ahead: async (body) => {
      for (const wanted of body.wanted) this.#kindOf(wanted);
      if (this.#goingBecause === undefined) this.#ahead.ask(body);
      return {};
    },
    start: (body) => this.#start(body),
    steady: async (body) => this.#own(body.fence).steady(body),
    look: async ({ fence }) => this.#own(fence).look(),
    apply: async ({ fence, plan, activeWithinMs }) => this.#own(fence).apply(plan, activeWithinMs),
    undo: async (body) => this.#own(body.fence).undo(body),
    probe: async ({ fence, injection }) => this.#own(fence).probe(injection),
    engage: async (body) => this.#own(body.fence).engage(body),
    disengage: async ({ fence }) => this.#own(fence).disengage(),
    zero: async ({ fence }) => this.#own(fence).zero(),
    load: async ({ fence, settled }) => this.#own(fence).load(settled),
    remove: (body) => this.#remove(body.fence),
    left: () => this.#parts.readLeft(),
    forget: async ({ fence }) => {
      await this.#parts.forgetFarewell(fence);
      return {};
    },
  };

  async #start({ fence, ...wanted }: Body<'start'>): Promise<Answer<'start'>> {
    if (this.#goingBecause !== undefined) throw refused(fence, `the guard goes: ${this.#goingBecause}`);
    const { subject, runtime } = this.#kindOf(wanted);
    this.#fences.admit(fence);
    const older = this.#executions.get(fence.trial);
    const execution = this.#takeReady(subject, runtime, fence) ?? new Execution(fence, this.#parts);
    // In its place before the older one is gone: nothing can come between.
    this.#executions.set(fence.trial, execution);
    if (older !== undefined) void this.#abandon(older, `execution ${fence.execution} takes over`);
    const ends = [...this.#ends].filter(([ending]) => ending.fence.trial === fence.trial);
    const predecessorsEnded = Promise.all(ends.map(([, end]) => end));
    try {
      // Its turn is taken before anything is waited for: what is asked behind the start comes after it.
      return await execution.start(subject, runtime, predecessorsEnded);
    } catch (error) {
      // A start that failed has removed what it made; this makes sure, and forgets it.
      await this.#end(execution, NOT_STARTED);
      throw error;
    }
  }

  #kindOf(wanted: { subject: string; runtime: string }): { subject: Subject; runtime: Runtime } {
    const { runtimeOf, repertoire } = this.#parts;
    const subject = repertoire.subjectOf(wanted.subject);
    const runtime = runtimeOf(wanted.runtime);
    const lack =
      subject === undefined ? `knows no subject ${wanted.subject}` : `has no runtime ${wanted.runtime}`;
    if (subject === undefined || runtime === undefined)
      throw new OrdealError('UNSUPPORTED', `this guard ${lack}`);
    return { subject, runtime };
  }

  /** An execution of no trial's, with an instance that is to be made ready. */
  #openForNobody(): Execution {
    this.#opened += 1;
    const fence = { trial: `${NOBODYS}${this.#opened}`, execution: 1 };
    const execution = new Execution(fence, this.#parts);
    this.#executions.set(fence.trial, execution);
    return execution;
  }

  #takeReady(subject: Subject, runtime: Runtime, fence: Fence): Execution | undefined {
    const execution = this.#ahead.take({ subject, runtime });
    if (execution === undefined) return undefined;
    this.#forget(execution);
    execution.giveTo(fence);
    return execution;
  }

  async #remove(fence: Fence): Promise<Answer<'remove'>> {
    const execution = this.#find(fence);
    if (execution === undefined) {
      const why = this.#fences.refusal(fence);
      if (why !== undefined && why !== REMOVED && why !== NOT_STARTED) throw refused(fence, why);
      const unclean = [...this.#unclean].find((one) => sameFence(one.fence, fence));
      return { clean: unclean === undefined || (await this.#cleanAgain(unclean)), undone: [] };
    }
    const { clean, undone } = await this.#end(execution, REMOVED);
    return { clean, undone: [...undone] };
  }

  async #cleanUp(): Promise<void> {
    if (this.#unclean.size === 0 || this.#parts.monotonicMs() < this.#cleanNextMs) return;
    // Not while this one is at work.
    this.#cleanNextMs = Number.POSITIVE_INFINITY;
    for (const execution of this.#unclean) await this.#cleanAgain(execution);
    this.#cleanNextMs = this.#parts.monotonicMs() + CLEAN_AGAIN_MS;
  }

  async #cleanAgain(execution: Execution): Promise<boolean> {
    const { label } = execution;
    const clean = await execution.removeLeftovers().catch((error: unknown) => {
      this.#parts.log(`leftovers of ${label.instance}: ${describeError(error)}`);
      return false;
    });
    if (!clean) return false;
    this.#unclean.delete(execution);
    this.#parts.journal.note({ kind: 'removed', instance: label.instance });
    return true;
  }

  /** @throws OrdealError GUARD_REFUSED when this execution may not act. */
  #own(fence: Fence): Execution {
    const why = this.#fences.refusal(fence);
    const execution = this.#find(fence);
    if (why !== undefined || execution === undefined) throw refused(fence, why ?? 'it is not here');
    return execution;
  }

  #find(fence: Fence): Execution | undefined {
    const execution = this.#executions.get(fence.trial);
    return execution !== undefined && sameFence(execution.fence, fence) ? execution : undefined;
  }

  #endWhatRanOut(): void {
    const nowMs = this.#parts.monotonicMs();
    for (const execution of [...this.#executions.values()]) {
      if (execution.lease.ranOut(nowMs)) void this.#abandon(execution, 'its lease ran out');
    }
  }

  /** Ends an execution on the guard's own account, and tells. */
  async #abandon(execution: Execution, reason: string): Promise<void> {
    if (execution.isEnding) return;
    const { fence } = execution;
    const { leaveFarewell, log, monotonicMs, send } = this.#parts;
    log(`abandoning execution ${fence.execution} of trial ${fence.trial}: ${reason}`);
    const { injections, undoneAt } = await this.#end(execution, reason);
    // Those that were gone before as well: their worker may have died before it could write it down.
    if (injections.length > 0) {
      // Before the event: a worker that is still there ends the execution on it, and then looks for this.
      await leaveFarewell({
        ...fence,
        at: undoneAt.toISOString(),
        by: 'guard',
        reason,
        injections: [...injections],
      }).catch((error: unknown) => log(`farewell of ${execution.label.instance}: ${describeError(error)}`));
    }
    send({ event: 'abandoned', fence, atMs: monotonicMs(), reason, injections: [...injections] });
  }

  async #end(execution: Execution, reason: string): Promise<InstanceEnd> {
    this.#fences.close(execution.fence, reason);
    const ending = execution.end(reason);
    this.#ends.set(execution, ending);
    // One that is being removed stays, so that a second `remove` waits for the same end.
    if (reason !== REMOVED) this.#forget(execution);
    const end = await ending;
    this.#ends.delete(execution);
    this.#forget(execution);
    if (!end.clean) this.#unclean.add(execution);
    return end;
  }

  #forget(execution: Execution): void {
    if (this.#executions.get(execution.fence.trial) === execution) {
      this.#executions.delete(execution.fence.trial);
    }
  }

  #tellNow(): number {
    this.#toldMs = this.#parts.monotonicMs();
    this.#parts.send({ event: 'tick', nowMs: this.#toldMs });
    return this.#toldMs;
  }
}

function sameFence(one: Fence, other: Fence): boolean {
  return one.trial === other.trial && one.execution === other.execution;
}
