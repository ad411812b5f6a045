import { integerBetween } from '@ordeal/catalogue';
import { GOALS, RUNTIMES } from '@ordeal/core';
import { z } from 'zod';

/** A day: nobody waits longer for one trial, and it keeps a slip of the finger from blocking a slot for a year. */
const DAY_SECONDS = 86_400;

const text = z.string();

/**
 * The keys of a campaign file. What a single value may be is said here; what depends on other values or on the
 * catalogue is checked in resolve-campaign.ts.
 */
export function campaignFields(maxParallel: number) {
  return {
    name: text
      .trim()
      .min(1, { error: 'must not be empty' })
      .max(200, { error: 'must not be longer than 200 characters' })
      // Postgres stores neither, and a terminal would obey the first.
      .regex(/^\P{Cc}*$/u, { error: 'must not contain control characters' })
      .refine((name) => name.isWellFormed(), { error: 'must not contain half a character' }),
    subjects: z.array(text).min(1).default(['tikv']),
    chaos_types: z.array(z.unknown()).min(1),
    trials_per_combination: integerBetween(1, MAX_TRIALS).default(1),
    parallel: integerBetween(1, maxParallel).default(1),
    cooldown_seconds: integerBetween(0, DAY_SECONDS).default(0),
    include_baseline: z.boolean().default(false),
    runtime: z.enum(RUNTIMES).optional(),
    seed: integerBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).optional(),
    operator: text.default('none'),
    goal: z.enum(GOALS).optional(),
    timeout_seconds: integerBetween(1, DAY_SECONDS).default(300),
    hold_seconds: integerBetween(0, DAY_SECONDS).default(10),
    settle_seconds: integerBetween(0, DAY_SECONDS).default(3),
    recovery_seconds: integerBetween(0, DAY_SECONDS).default(60),
    attempts: integerBetween(1, 100).default(3),
    backoff_seconds: integerBetween(0, DAY_SECONDS).default(5),
  } satisfies z.ZodRawShape;
}

/** Positions are Postgres integers. */
export const MAX_TRIALS = 2_147_483_647;

/** The keys of one entry of `chaos_types`. */
export const chaosFields = {
  type: text,
  /** Checked against the fault's own schema. */
  params: z.custom<Readonly<Record<string, unknown>>>(isMapping, { error: 'must be a mapping' }).default({}),
  target: text.default('any'),
  duration_seconds: integerBetween(1, DAY_SECONDS).optional(),
} satisfies z.ZodRawShape;

/** Not `z.record`: that copies, and loses a key named `__proto__` on the way. */
function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
