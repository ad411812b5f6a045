import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  describeError,
  type FaultPlan,
  type Instance,
  type InstanceLabel,
  type JsonObject,
  type NodeView,
  OrdealError,
  type Runtime,
  type Subject,
  type SubjectProbe,
} from '@ordeal/core';
import { acceptedSettings } from '@ordeal/operators';
import { endInstance, type InstanceEnd, removeLeftovers } from './end-instance.ts';
import type { GuardParts } from './execution-parts.ts';
import { refused } from './fences.ts';
import { HealthWatch } from './health/health-watch.ts';
import { Injection } from './injection.ts';
import { InstanceFate } from './instance-fate.ts';
import { Lease } from './lease.ts';
import { checkWrites } from './load/check-writes.ts';
import { createBackstage } from './operator/backstage.ts';
import { EngagedOperator } from './operator/engaged-operator.ts';
import { incidentOf } from './operator/incident.ts';
import type { Answer, Body, Fence } from './protocol.ts';
import { Turns } from './turns.ts';
import { underDeadline } from './under-deadline.ts';

/** State for the record is worth waiting for, but an instance under a fault may never give it. */
const LOOK_DEADLINE_MS = 5_000;

interface Running {
  readonly subject: Subject;
  readonly instance: Instance;
  readonly probe: SubjectProbe;
}

/**
 * One execution at this guard: its instance, its injections, its lease. Its verbs run one at a time. One that was made
 * ready ahead is nobody's until it is given to a trial.
 */
export class Execution {
  readonly #parts: GuardParts;
  #fence: Fence;
  #lease: Lease;
  #label: InstanceLabel;
  readonly #turns = new Turns();
  readonly #injections = new Map<string, Injection>();
  #runtime: Runtime | undefined;
  #running: Running | undefined;
  #watch: HealthWatch | undefined;
  /** Of the nodes, when the instance was looked at last. */
  #roles: Readonly<Record<string, string>> = {};
  /** Resolves when a probe has seen the fault bite. */
  readonly #bites = Promise.withResolvers<void>();
  #operator: EngagedOperator | undefined;
  #end: Promise<InstanceEnd> | undefined;
  #endReason: string | undefined;
  readonly #fate = new InstanceFate();

  constructor(fence: Fence, parts: GuardParts) {
    const instance = `i${randomBytes(5).toString('hex')}`;
    this.#fence = fence;
    this.#lease = new Lease(parts.monotonicMs(), parts.timing.guardLeaseMs);
    this.#parts = parts;
    this.#label = { instance, guard: parts.guard, ...fence, folder: join(parts.instancesFolder, instance) };
  }

  get fence(): Fence {
    return this.#fence;
  }
  get lease(): Lease {
    return this.#lease;
  }
  get label(): InstanceLabel {
    return this.#label;
  }
  get isEnding(): boolean {
    return this.#end !== undefined;
  }

  tick(): void {
    this.#watch?.tick();
  }

  /** Makes the instance for whoever comes, and watches its health. Whoever it is given to meanwhile waits for it. */
  makeReady(subject: Subject, runtime: Runtime): Promise<void> {
    return this.#take(async (signal) => {
      await this.#writeDown(subject, runtime, signal);
      await this.#make(subject, runtime, signal);
      this.#watchHealth();
    });
  }

  /** Good enough to be given to a trial. */
  get isFit(): boolean {
    return !this.isEnding && this.#fate.isFit;
  }

  /** Makes it that execution's, from now on. */
  giveTo(fence: Fence): void {
    this.#fence = fence;
    this.#lease = new Lease(this.#parts.monotonicMs(), this.#parts.timing.guardLeaseMs);
    this.#label = { ...this.#label, ...fence };
  }

  /** Starts the instance, or takes the one that was made ready. */
  start(subject: Subject, runtime: Runtime, predecessorsEnded: Promise<unknown>): Promise<Answer<'start'>> {
    return this.#take(async (signal) => {
      const { monotonicMs } = this.#parts;
      await predecessorsEnded;
      this.#mayAct(signal);
      await this.#writeDown(subject, runtime, signal);
      const isReady = this.#running !== undefined;
      const { instance } = this.#running ?? (await this.#make(subject, runtime, signal));
      return {
        instance: this.#label.instance,
        startedMs: monotonicMs(),
        nodes: [...instance.nodes()],
        topology: instance.topology,
        goals: [...subject.goals],
        isReady,
      };
    });
  }

  steady({ settleMs, budgetMs }: Body<'steady'>): Promise<Answer<'steady'>> {
    return this.#take(async (signal) => {
      const { monotonicMs } = this.#parts;
      const watch = this.#watchHealth();
      const steady = await watch.becomesSteady(settleMs, budgetMs, signal);
      return { steadyMs: monotonicMs(), steady, detail: watch.detail };
    });
  }

  look(): Promise<Answer<'look'>> {
    return this.#take(async (signal) => {
      const { instance, probe } = this.#present();
      const look = <T>(what: string, ask: (signal: AbortSignal) => Promise<T>) =>
        outcomeOf(underDeadline(what, LOOK_DEADLINE_MS, signal, ask));
      const [roles, state] = await Promise.all([
        look('the roles', (until) => probe.roles(until)),
        look('the state', (until) => probe.capture(until)),
      ]);
      signal.throwIfAborted();
      const known: Readonly<Record<string, string>> = 'value' in roles ? roles.value : {};
      this.#roles = known;
      const nodes: NodeView[] = instance
        .nodes()
        .map((node) => ({ ...node, role: known[node.name] ?? node.role }));
      // What cannot be seen is part of the record, not a failure of the trial.
      const seen: JsonObject = 'value' in state ? state.value : { error: state.error };
      const all = 'value' in roles ? seen : { ...seen, roles_error: roles.error };
      return { atMs: this.#parts.monotonicMs(), nodes, state: all };
    });
  }

  apply(plan: FaultPlan, activeWithinMs: number): Promise<Answer<'apply'>> {
    return this.#take(async (signal) => {
      const { monotonicMs } = this.#parts;
      const injection = await this.#plan(plan);
      this.#mayAct(signal);
      this.#mustLiveAsPlanned(plan);
      const { zeroMs, zeroAt } = this.#markZero();
      try {
        await injection.act(activeWithinMs, signal);
        const appliedMs = monotonicMs();
        const { finding, seenMs } = await injection.verify(activeWithinMs, signal);
        void this.#watch?.hurry();
        if (seenMs !== null) this.#bites.resolve();
        return { zeroMs, zeroAt, appliedMs, activeMs: seenMs, finding };
      } catch (error) {
        // Interrupted: whoever interrupted undoes.
        if (signal.aborted) throw signal.reason;
        const { goneMs } = await injection.undo(this.#parts.timing.undoMs, signal);
        const undone = goneMs === null ? 'and it is not proven gone' : 'and it was undone';
        throw new OrdealError('TARGET_FAILED', `apply failed, ${undone}: ${describeError(error)}`, {
          cause: error,
        });
      }
    });
  }

  undo({ injection, goneWithinMs }: Body<'undo'>): Promise<Answer<'undo'>> {
    return this.#take(async (signal) => {
      const known = this.#injections.get(injection);
      if (known !== undefined) {
        const undone = await known.undo(goneWithinMs, signal);
        void this.#watch?.hurry();
        return undone;
      }
      // Only this guard acts for this execution, and it was never asked to.
      const nowMs = this.#parts.monotonicMs();
      const finding = { holds: true, evidence: { never_applied: true } };
      return { undoingMs: nowMs, undoneMs: nowMs, goneMs: nowMs, finding };
    });
  }

  probe(injection: string): Promise<Answer<'probe'>> {
    return this.#take(async (signal) => {
      const known = this.#injections.get(injection);
      if (known === undefined) throw new OrdealError('BAD_INPUT', `there is no injection ${injection}`);
      const findings = await known.look(signal);
      return { atMs: this.#parts.monotonicMs(), ...findings };
    });
  }

  engage({ operator: name, settings, goal }: Body<'engage'>): Promise<Answer<'engage'>> {
    return this.#take(async (signal) => {
      const { operatorOf, handleServer: server, monotonicMs, send, log } = this.#parts;
      const { instance, subject } = this.#present();
      const operator = operatorOf(name);
      if (operator === undefined)
        throw new OrdealError('UNSUPPORTED', `this guard knows no operator ${name}`);
      const accepted = acceptedSettings(operator, settings);
      this.#mayAct(signal);
      this.#operator ??= new EngagedOperator({
        operator,
        settings: accepted,
        server,
        instance,
        monotonicMs,
        log,
        turns: this.#turns,
        incident: incidentOf({
          fence: this.fence,
          subject,
          instance,
          roles: this.#roles,
          runtime: this.#runtime,
        }),
        mayAct: (until) => this.#mayAct(until),
        backstage: (shared) =>
          createBackstage({
            ...shared,
            goal,
            bites: this.#bites.promise,
            watch: this.#watchHealth(),
            injections: () => this.#injections.values(),
            undoMs: this.#parts.timing.undoMs,
          }),
        tell: (atMs, told) => send({ event: 'operator', fence: this.fence, atMs, told }),
      });
      return {};
    });
  }

  /** Not in turn: what the operator has at work must not keep it from being stopped. */
  async disengage(): Promise<Answer<'disengage'>> {
    await this.#operator?.stop(refused(this.fence, 'the operator has been stopped'));
    return {};
  }

  zero(): Promise<Answer<'zero'>> {
    return this.#take(async (signal) => {
      this.#present();
      this.#mayAct(signal);
      const zero = this.#markZero();
      void this.#watch?.hurry();
      return zero;
    });
  }

  load(settled: boolean): Promise<Answer<'load'>> {
    return this.#take(async (signal) => {
      const { probe, subject } = this.#present();
      const load = this.#watch?.load;
      if (load === undefined) throw new OrdealError('UNSUPPORTED', `no load of ${subject.name} is watched`);
      const availability = load.availability(this.#parts.monotonicMs());
      const writes = await checkWrites(load.acknowledgements, probe, { settled, signal });
      return { availability, writes };
    });
  }

  /**
   * Undoes what is left and removes the instance, within the undo budget, whatever else is at work. Nothing acts
   * for this execution from this call on. Idempotent.
   */
  end(reason: string): Promise<InstanceEnd> {
    this.#endReason ??= reason;
    // First of all, so that nobody takes what the undo brings about for a recovery.
    this.#watch?.stop();
    this.#turns.interrupt(refused(this.fence, reason));
    // Side by side: its handles are taken away before anything is undone, and killing it has a budget of its own.
    const stopped = this.#operator?.stop(refused(this.fence, reason));
    this.#end ??= endInstance({
      label: this.#label,
      runtime: () => this.#runtime,
      running: () => this.#running,
      injections: () => [...this.#injections.values()],
      workEnded: () => this.#turns.idle(),
      budgetMs: this.#parts.timing.undoMs,
      journal: this.#parts.journal,
      log: this.#parts.log,
    }).then(async (end) => {
      await stopped;
      return end;
    });
    return this.#end;
  }

  /** Once more, behind an end that could not remove everything. @returns false when something is left. */
  async removeLeftovers(): Promise<boolean> {
    if (this.#runtime === undefined) return true;
    return removeLeftovers({ label: this.#label, workEnded: () => this.#turns.idle() }, this.#runtime);
  }

  /** In turn, on an instance that is not in doubt. */
  #take<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#turns.take((signal) => this.#fate.unlessInDoubt(() => work(signal), signal));
  }

  /** Whose it is, before it exists, and again when that changes. */
  async #writeDown(subject: Subject, runtime: Runtime, signal: AbortSignal): Promise<void> {
    const entry = { kind: 'instance', runtime: runtime.name, subject: subject.name } as const;
    await this.#parts.journal.write({ ...entry, label: this.#label });
    this.#mayAct(signal);
  }

  async #make(subject: Subject, runtime: Runtime, signal: AbortSignal): Promise<Running> {
    this.#runtime = runtime;
    const instance = await runtime.start({ label: this.#label, subject }, signal);
    if (signal.aborted) {
      // The end of this execution may be over already, and then nobody else knows of the instance.
      await instance.remove();
      throw signal.reason;
    }
    this.#running = { subject, instance, probe: subject.observe(instance.observer) };
    instance.onNode((told) => {
      if (this.isEnding) return;
      const { atMs, node, kind, incarnation, detail } = told;
      this.#fate.hear(told);
      const data = { node, incarnation, detail };
      this.#parts.send({ event: 'note', fence: this.fence, atMs, kind: `node_${kind}`, data });
      // A fault that ended with what held it would look like a recovery.
      if (kind === 'doubted') this.#watch?.stop();
      if (kind === 'lost' && this.#fate.loss !== undefined) this.#turns.interrupt(this.#fate.loss);
    });
    return this.#running;
  }

  #watchHealth(): HealthWatch {
    const { monotonicMs, send } = this.#parts;
    const { instance, probe, subject } = this.#present();
    const fence = (): Fence => this.fence;
    this.#watch ??= new HealthWatch({ fence, instance, probe, subject, monotonicMs, send });
    return this.#watch;
  }

  async #plan(plan: FaultPlan): Promise<Injection> {
    const { repertoire, faultPoints, journal, monotonicMs } = this.#parts;
    const { instance, probe } = this.#present();
    const fault = repertoire.faultOf(plan.type);
    if (fault === undefined) throw new OrdealError('UNSUPPORTED', `this guard knows no fault ${plan.type}`);
    if (this.#injections.has(plan.injection)) {
      throw new OrdealError('BAD_INPUT', `injection ${plan.injection} has been applied already`);
    }
    const names = { instance: this.#label.instance, injection: plan.injection };
    const injection = new Injection({
      plan,
      fault,
      site: { instance, probe },
      monotonicMs,
      trial: this.fence.trial,
      faultPoints,
      noteState: (state) => {
        if (state === 'undone') this.#watch?.load?.undone();
        journal.note({ kind: 'state', ...names, state });
      },
    });
    // A plan came as JSON and goes as JSON: the cast says what its type cannot.
    await journal.write({ kind: 'plan', ...names, plan: plan as unknown as JsonObject });
    this.#injections.set(plan.injection, injection);
    return injection;
  }

  /** What died after the plan was drawn would look hit, or would be hit in another life than the record says. */
  #mustLiveAsPlanned({ targets }: FaultPlan): void {
    const living = new Map(
      this.#present()
        .instance.nodes()
        .map((node) => [node.name, node.incarnation]),
    );
    const ended = targets.find(
      ({ name, incarnation }) => incarnation !== null && living.get(name) !== incarnation,
    );
    if (ended === undefined) return;
    const now = living.get(ended.name) ? 'has started anew' : 'is down';
    throw new OrdealError('INSTANCE_LOST', `${ended.name} ended by itself before the fault, and ${now}`);
  }

  #markZero(): Answer<'zero'> {
    const zeroMs = this.#parts.monotonicMs();
    this.#watch?.zero(zeroMs);
    return { zeroMs, zeroAt: new Date().toISOString() };
  }

  #present(): Running {
    if (this.#fate.loss !== undefined) throw this.#fate.loss;
    if (this.#running === undefined) throw refused(this.fence, 'its instance did not start');
    return this.#running;
  }

  /** Asked again right before anything acts: waiting for the disk may have taken longer than the lease. */
  #mayAct(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#endReason !== undefined) throw refused(this.fence, this.#endReason);
    if (this.lease.ranOut(this.#parts.monotonicMs())) throw refused(this.fence, 'its lease ran out');
  }
}

async function outcomeOf<T>(promise: Promise<T>): Promise<{ value: T } | { error: string }> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: describeError(error) }),
  );
}
