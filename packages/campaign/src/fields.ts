import { integerBetween } from '@ordeal/catalogue';
import { GOALS, NO_OPERATOR, RUNTIMES } from '@ordeal/core';
import { z } from 'zod';

/** A day: nobody waits longer for one trial, and it keeps a slip of the finger from blocking a slot for a year. */
const DAY_SECONDS = 86_400;

const text = z.string();
const seconds = (min: number): z.ZodInt => integerBetween(min, DAY_SECONDS);

/**
 * The keys of a campaign file. What a single value may be is said here; what depends on other values or on the
 * catalogue is checked in resolve-campaign.ts. Titles and descriptions are what editors show.
 */
export function campaignFields(maxParallel: number) {
  return {
    name: text
      .trim()
      .min(1, { error: 'must not be empty' })
      .max(200, { error: 'must not be longer than 200 characters' })
      // Postgres stores neither, and a terminal would obey the first.
      .regex(/^\P{Cc}*$/u, { error: 'must not contain control characters' })
      .refine((name) => name.isWellFormed(), { error: 'must not contain half a character' })
      .meta({ title: 'Name', description: 'What lists and reports call the campaign. Need not be unique.' }),
    subjects: z
      .array(text)
      .min(1)
      .default(['tikv'])
      .meta({ title: 'Subjects', description: 'The systems to break. Each meets each chaos type.' }),
    chaos_types: z.array(z.unknown()).min(1).meta({
      title: 'Chaos types',
      description: 'The faults. An entry may name a type again, with other parameters or another target.',
    }),
    trials_per_combination: integerBetween(1, MAX_TRIALS).default(1).meta({
      title: 'Trials per combination',
      description:
        'Repetitions of each subject and chaos type. Too few: one time says little. Too many: only time and disk.',
    }),
    parallel: integerBetween(1, maxParallel).default(1).meta({
      title: 'Parallel',
      description:
        'Trials of this campaign that run at once, over all workers. Too low: it takes longer. Too high: instances on one machine disturb each other, and recovery looks slow.',
    }),
    cooldown_seconds: seconds(0).default(0).meta({
      title: 'Cooldown, in seconds',
      description:
        'How long a slot rests after each trial. Too low: the next one starts on a busy machine. Too high: the campaign takes longer.',
    }),
    include_baseline: z.boolean().default(false).meta({
      title: 'Include a baseline',
      description:
        'One more trial per subject, last and without any fault: what breaks there breaks by itself.',
    }),
    runtime: z.enum(RUNTIMES).optional().meta({
      title: 'Runtime',
      description:
        "Where nodes live. process: local processes of the worker's machine. docker: containers. Default: each subject's first.",
    }),
    seed: integerBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).optional().meta({
      title: 'Seed',
      description:
        'The same seed and file draw the same targets and parameters. Default: drawn anew, and recorded.',
    }),
    operator: text.optional().meta({
      title: 'Operator',
      default: NO_OPERATOR,
      description:
        'Who is expected to repair. none: the system heals by itself or not at all. operator-db, a control operator, or one that ordeal.config.ts adds.',
    }),
    arms: z.array(z.unknown()).min(1).optional().meta({
      title: 'Arms',
      description:
        'Operators to compare: each trial runs once per arm, with the same draws. An operator by name, or a mapping with settings. Instead of operator.',
    }),
    goal: z.enum(GOALS).optional().meta({
      title: 'Goal',
      description:
        "What must come back. serving: the client's load meets its objective. whole: every node is in service. Default: each subject's first.",
    }),
    timeout_seconds: seconds(1).default(300).meta({
      title: 'Time-out, in seconds',
      description:
        'After this a trial under its fault is unresolved: a censored time. Too low: slow recoveries are cut off. Too high: a system that never comes back holds its slot.',
    }),
    hold_seconds: seconds(0).default(10).meta({
      title: 'Hold, in seconds',
      description:
        "A goal that has not broken for this long (or for the fault's horizon, if that is longer) counts as unaffected. Too low: late effects are missed. Too high: each such trial takes longer.",
    }),
    settle_seconds: seconds(0).default(3).meta({
      title: 'Settle, in seconds',
      description:
        'How long a goal must be met without a break, before the fault and when it has come back. Too low: a flicker counts as recovery. Too high: each trial takes longer.',
    }),
    recovery_seconds: seconds(0).default(60).meta({
      title: 'Recovery, in seconds',
      description:
        'How long the instance is watched at most, after the fault is gone, until every node is in service. Too low: it is reported as not whole too early.',
    }),
    attempts: integerBetween(1, 100).default(3).meta({
      title: 'Attempts',
      description:
        'Executions of a trial that proved nothing (void, error) before it counts as failed. Too low: one hiccup of the machine costs a trial. Too high: what never works is tried for long.',
    }),
    backoff_seconds: seconds(0).default(5).meta({
      title: 'Backoff, in seconds',
      description: 'Wait before the second attempt; it doubles with each further one, with jitter.',
    }),
  } satisfies z.ZodRawShape;
}

/** Positions are Postgres integers. */
export const MAX_TRIALS = 2_147_483_647;

/** The keys of one entry of `chaos_types`. */
export const chaosFields = {
  type: text.meta({ title: 'Type', description: 'The kind of fault.' }),
  /** Checked against the fault's own schema. */
  params: z
    .custom<Readonly<Record<string, unknown>>>(isMapping, { error: 'must be a mapping' })
    .default({})
    .meta({ title: 'Parameters', description: 'Of the fault. Each has a default.', type: 'object' }),
  target: text.default('any').meta({
    title: 'Target',
    description: "Whom it hits: any (drawn with the seed), leader, follower, a role, or a node's name.",
  }),
  duration_seconds: seconds(1).optional().meta({
    title: 'Duration, in seconds',
    description:
      'Lifts a fault that lasts so long after it began. Default: it stays until the trial has seen enough. Too low: the system may never feel it.',
  }),
} satisfies z.ZodRawShape;

/** The keys of an entry of `arms` that is more than a name. */
export const armFields = {
  name: text.optional().meta({
    title: 'Name',
    description: "What keys and reports call the arm. Default: the operator's name.",
  }),
  operator: text.meta({ title: 'Operator', description: 'Who is expected to repair.' }),
  settings: z
    .custom<Readonly<Record<string, unknown>>>(
      (value) => isMapping(value) && z.json().safeParse(value).success,
      {
        error: 'must be a mapping of plain values',
      },
    )
    .default({})
    .meta({ title: 'Settings', description: 'Passed to the operator.', type: 'object' }),
} satisfies z.ZodRawShape;

/** Not `z.record`: that copies, and loses a key named `__proto__` on the way. */
function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
