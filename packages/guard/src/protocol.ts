import {
  type Availability,
  type FaultPlan,
  GOALS,
  INJECTION_STATES,
  type JsonObject,
  type WritesCheck,
} from '@ordeal/core';
import { z } from 'zod';
import { farewell } from './journal/farewell.ts';

/**
 * What worker and guard say to each other: newline JSON, one object a line, every line with `v`.
 * The worker asks (`id`, `verb`, `body`), the guard answers (`id`, `ok`), and tells on its own (`event`).
 * All times are milliseconds on the guard's monotonic clock.
 */
export const PROTOCOL_VERSION = 4;

const json = z.record(z.string(), z.json()) as z.ZodType<JsonObject>;
const link = z.object({ from: z.string(), to: z.string(), port: z.string() });
const topology = z.object({
  nodes: z
    .array(
      z.object({
        name: z.string(),
        role: z.string(),
        ports: z.array(z.string()).readonly(),
        pingable: z.array(z.string()).readonly().exactOptional(),
        restartDelayMs: z.number().nullable(),
        isSpared: z.boolean().exactOptional(),
        volume: z.object({ path: z.string(), sizeMb: z.number() }).exactOptional(),
      }),
    )
    .readonly(),
  links: z.array(link).readonly(),
});
const nodeView = z.object({ name: z.string(), role: z.string(), incarnation: z.string().nullable() });

/** Names the execution that acts. The guard refuses one older than the newest it knows of that trial. */
const fence = z.object({ trial: z.string(), execution: z.number().int().positive() });
export type Fence = z.infer<typeof fence>;

/** The part of a plan that guard and ledger read; the rest belongs to the fault. */
const plan: z.ZodType<FaultPlan> = z.looseObject({
  version: z.literal(1),
  type: z.string(),
  injection: z.string(),
  targets: z.array(nodeView).readonly(),
  params: json,
});

/** What was seen and heard of an operator. `ended`: it has nothing more to do, and will say nothing more. */
const told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('detected') }),
  z.object({ kind: z.literal('claimed_resolved') }),
  z.object({ kind: z.literal('note'), note: json }),
  z.object({
    kind: z.literal('act'),
    act: z.object({
      command: z.string(),
      node: z.string().nullable(),
      repairs: z.boolean(),
      exitCode: z.number().int().nullable(),
      by: z.enum(['handle', 'operator']),
    }),
    /** Nodes that died by it. */
    stopped: z.array(z.string()).readonly(),
  }),
  z.object({ kind: z.literal('ended') }),
]);

const finding = z.object({ holds: z.boolean(), evidence: json });

const loadFigures = z.object({
  operations: z.number(),
  ok: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
const availability: z.ZodType<Availability> = z.object({
  before: loadFigures,
  under: loadFigures,
  after: loadFigures,
  longestOutageMs: z.number(),
});
const writesCheck: z.ZodType<WritesCheck> = z.object({
  acknowledged: z.number(),
  checked: z.number().exactOptional(),
  lost: z.number(),
  examples: z.array(z.string()),
  unchecked: z.string().nullable(),
});

/** Every verb with the shapes of its question and its answer. */
export const VERBS = {
  /** Who are you; also tells what a successor undid for its predecessor before it took work. */
  hello: {
    body: z.object({}),
    answer: z.object({
      guard: z.string(),
      pid: z.number().int(),
      /** Identity of the process: pid and start time. */
      identity: z.string(),
      nowMs: z.number(),
      recovered: z.array(
        z.object({
          trial: z.string(),
          execution: z.number(),
          injections: z.array(z.string()),
          clean: z.boolean(),
        }),
      ),
    }),
  },
  /**
   * Says which executions the worker still owns. `provenAtMs` is the guard's own time, as last told by a tick
   * before the acknowledged beat was *sent*: the lease runs from there, so neither a frozen worker, a frozen
   * guard nor a slow line can stretch it. No shared clock is needed.
   */
  beat: { body: z.object({ provenAtMs: z.number(), executions: z.array(fence) }), answer: z.object({}) },
  /** Makes a fresh instance. Answers when its processes run. */
  start: {
    body: z.object({ fence, subject: z.string(), runtime: z.enum(['process', 'docker']) }),
    answer: z.object({
      instance: z.string(),
      startedMs: z.number(),
      nodes: z.array(nodeView),
      /** What the fault is planned on. */
      topology,
      /** What the subject can measure: parts of health that are not among them stay bad, and mean nothing. */
      goals: z.array(z.enum(GOALS)),
      /** It had been made ready before it was asked for. */
      isReady: z.boolean(),
    }),
  },
  /**
   * Makes instances ready for trials to come, which `start` then takes. Says how many of each kind there shall be from
   * now on, for as long as a lease: who still wants them asks again. One is made at a time, and none while the machine
   * has less memory left than `keepFreeMb`.
   */
  ahead: {
    body: z.object({
      wanted: z.array(
        z.object({
          subject: z.string(),
          runtime: z.enum(['process', 'docker']),
          count: z.number().int().positive(),
        }),
      ),
      keepFreeMb: z.number(),
    }),
    answer: z.object({}),
  },
  /** Waits until all that the subject can measure has been good for `settleMs`; starts the health watch. */
  steady: {
    body: z.object({ fence, settleMs: z.number(), budgetMs: z.number() }),
    answer: z.object({ steadyMs: z.number(), steady: z.boolean(), detail: z.string() }),
  },
  /** The instance as it is now: nodes with their current roles, and the subject's state for the record. */
  look: {
    body: z.object({ fence }),
    answer: z.object({ atMs: z.number(), nodes: z.array(nodeView), state: json }),
  },
  /**
   * Journals the plan, applies it, and probes until it bites or `activeWithinMs` is over.
   * `zeroMs` is the instant just before apply. `activeMs` null: it never bit.
   */
  apply: {
    body: z.object({ fence, plan, activeWithinMs: z.number() }),
    answer: z.object({
      zeroMs: z.number(),
      /** The wall clock at zero, ISO 8601: the one anchor for display. */
      zeroAt: z.string(),
      appliedMs: z.number(),
      activeMs: z.number().nullable(),
      finding,
    }),
  },
  /**
   * Undoes the injection and probes until it is gone or `goneWithinMs` is over. `goneMs` null: not proven. It may have
   * ended at any instant between `undoingMs` and `undoneMs`.
   */
  undo: {
    body: z.object({ fence, injection: z.string(), goneWithinMs: z.number() }),
    answer: z.object({ undoingMs: z.number(), undoneMs: z.number(), goneMs: z.number().nullable(), finding }),
  },
  /**
   * One look with each of the fault's probes. A fault has ended when it does not bite *and* is seen gone: one
   * probe alone may miss what is there on a busy machine.
   */
  probe: {
    body: z.object({ fence, injection: z.string() }),
    answer: z.object({ atMs: z.number(), active: finding, gone: finding }),
  },
  /**
   * Puts an operator to work on the instance; it is not told of any fault. Answers when it has been called. The goal is
   * for control operators: they act when it has broken.
   */
  engage: {
    body: z.object({ fence, operator: z.string(), settings: json, goal: z.enum(GOALS) }),
    answer: z.object({}),
  },
  /** Ends the operator's work and takes its handles away. Answers when none of its processes is left. */
  disengage: { body: z.object({ fence }), answer: z.object({}) },
  /** Marks zero of a baseline: nothing is applied. */
  zero: { body: z.object({ fence }), answer: z.object({ zeroMs: z.number(), zeroAt: z.string() }) },
  /**
   * What the client's load has met until now, and which of the writes that it saw acknowledged are gone. They are
   * looked for when the instance has `settled`: before that, one may only be out of sight.
   * @throws UNSUPPORTED for a subject without load
   */
  load: {
    body: z.object({ fence, settled: z.boolean() }),
    answer: z.object({ availability, writes: writesCheck }),
  },
  /** Undoes what is left, removes the instance, forgets the execution (but not its number). */
  remove: {
    body: z.object({ fence }),
    answer: z.object({ clean: z.boolean(), undone: z.array(z.string()) }),
  },
  /** What the guards of this place have left in its journals, whoever wrote them. */
  left: {
    body: z.object({}),
    answer: z.object({
      /** Executions of which something may still be here: no journal, of the living or the dead, says that it was removed. */
      held: z.array(z.object({ trial: z.string(), execution: z.number().int() })),
      /** What was undone when there was no worker to tell. */
      farewells: z.array(farewell),
    }),
  },
  /** That farewell has been written down elsewhere. */
  forget: { body: z.object({ fence }), answer: z.object({}) },
} as const;

/** What a guard found of a dead one's executions when it started: undone and removed, unless it says otherwise. */
export type Recovered = Answer<'hello'>['recovered'][number];
export type Verb = keyof typeof VERBS;
export type Body<V extends Verb> = z.infer<(typeof VERBS)[V]['body']>;
export type Answer<V extends Verb> = z.infer<(typeof VERBS)[V]['answer']>;

export const requestLine = z.object({
  v: z.literal(PROTOCOL_VERSION),
  id: z.number().int(),
  verb: z.string(),
  body: z.unknown(),
});

/** Told by the guard without being asked. */
const guardEvent = z.discriminatedUnion('event', [
  /** About every 250 ms, as long as the guard lives: its clock, for leases and for the worker's watch over it. */
  z.object({ event: z.literal('tick'), nowMs: z.number() }),
  /** A change of health of a watched instance, with when it happened and when it was known. */
  z.object({
    event: z.literal('transition'),
    fence,
    part: z.enum(['serving', 'whole']),
    good: z.boolean(),
    /** When it happened: asked time of the first bad sample, answered time of the first good one. */
    atMs: z.number(),
    knownMs: z.number(),
    detail: z.string(),
  }),
  /**
   * About every 250 ms per watched instance, and at once after the fault was seen to bite, after zero of a baseline
   * and after an undo, when a sample has been answered. Everything up to `nowMs` has been told: no later transition is dated
   * before it. So it lags behind the clock while a sample is out, while a failed operation may still turn out to
   * be the beginning of an outage, or a good one that of a recovery.
   */
  z.object({
    event: z.literal('health'),
    fence,
    nowMs: z.number(),
    serving: z.boolean(),
    whole: z.boolean(),
    /** Start of the unbroken good stretch that reaches to now; null while bad. */
    servingSinceMs: z.number().nullable(),
    wholeSinceMs: z.number().nullable(),
  }),
  /** Of the operator at the instance; when it happened, which may be before it was known. */
  z.object({ event: z.literal('operator'), fence, atMs: z.number(), told }),
  /** A thing worth a line in the trial's timeline: a node died, was restarted, ... */
  z.object({ event: z.literal('note'), fence, atMs: z.number(), kind: z.string(), data: json }),
  /** Somebody told the guard to go: it ends what it has, and starts nothing more. Its line closes when that is done. */
  z.object({ event: z.literal('going'), reason: z.string() }),
  /** The lease ran out or the instance broke: undone and removed by the guard on its own. */
  z.object({
    event: z.literal('abandoned'),
    fence,
    atMs: z.number(),
    reason: z.string(),
    injections: z.array(z.object({ injection: z.string(), state: z.enum(INJECTION_STATES) })),
  }),
]);
export type GuardEvent = z.infer<typeof guardEvent>;

const answerLine = z.discriminatedUnion('ok', [
  z.object({
    v: z.literal(PROTOCOL_VERSION),
    id: z.number().int(),
    ok: z.literal(true),
    answer: z.unknown(),
  }),
  z.object({
    v: z.literal(PROTOCOL_VERSION),
    id: z.number().int(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
]);
export type AnswerLine = z.infer<typeof answerLine>;

/** What the guard said: an answer or an event; undefined when it is not in the protocol. */
export function parseGuardLine(value: unknown): AnswerLine | GuardEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('v' in value) || value.v !== PROTOCOL_VERSION) return undefined;
  return 'event' in value ? guardEvent.safeParse(value).data : answerLine.safeParse(value).data;
}
