import { integerBetween } from '@ordeal/catalogue';
import { ABILITIES, type Fault, GOALS, NAME_PATTERN, RUNTIMES, type Subject } from '@ordeal/core';
import { z } from 'zod';

/** What a single value of a settings file may be; what depends on other values is checked in check-settings.ts. */

/** Ports are allotted in blocks of 64, and a small instance takes several. */
const FEWEST_PORTS = 128;

/** Each instance takes 27 bits of it. */
const SUBNET_POOL = /^(\d{1,3}\.){3}\d{1,3}\/(8|9|1\d|2[0-7])$/;

export const text = z.string().min(1, { error: 'must not be empty' });
export const word = z
  .string()
  .regex(NAME_PATTERN, { error: 'must be lower-case letters, digits, _ and -, a letter first' });
const milliseconds = z.number().positive({ error: 'must be above 0' });
const port = integerBetween(1, 65_535);

/** A function as the contract asks for it: all that can be seen of one is that it is one. */
export function method<Type>() {
  return z.custom<Type>((value) => typeof value === 'function', { error: 'must be a function' });
}

export const supports = z.record(
  word,
  z.strictObject({
    horizonSeconds: z.number().nonnegative({ error: 'must not be below 0' }),
    runtimes: z.array(z.enum(RUNTIMES)).min(1).optional(),
  }),
);

export const volume = z.strictObject({ path: text, sizeMb: integerBetween(1, 1_000_000) });

export const slo = z.strictObject({
  windowMs: milliseconds,
  minSuccessRatio: z.number().min(0).max(1),
  maxLatencyMs: milliseconds,
});

const topology = z.strictObject({
  nodes: z.array(
    z.strictObject({
      name: word,
      role: word,
      ports: z.array(word),
      pingable: z.array(word).optional(),
      restartDelayMs: z.number().nonnegative({ error: 'must not be below 0' }).nullable(),
      isSpared: z.boolean().optional(),
      volume: volume.optional(),
    }),
  ),
  links: z.array(z.strictObject({ from: text, to: text, port: text })),
});

export const subjectShape = z.strictObject({
  name: word,
  title: text,
  goals: z.array(z.enum(GOALS)).min(1),
  topology,
  slo: slo.optional(),
  startBudgetMs: milliseconds,
  aliases: z.record(word, word).default({}),
  anyTarget: word.optional(),
  faults: supports,
  prepareProcess: method<NonNullable<Subject['prepareProcess']>>().optional(),
  prepareContainer: method<NonNullable<Subject['prepareContainer']>>().optional(),
  compose: z.custom<NonNullable<Subject['compose']>>().optional(),
  observe: method<Subject['observe']>(),
});

const kind = z.enum(['event', 'condition']);

export const faultShape = z.strictObject({
  type: word,
  title: text,
  kind: z.union([kind, z.strictObject({ param: text, kinds: z.record(z.string(), kind) })]),
  params: z.custom<z.ZodType>((value) => isPublishable(value), {
    error:
      'must be a zod schema of plain values, so that JSON Schema can say the same: z.strictObject({ ... })',
  }),
  needs: z.array(z.enum(ABILITIES)),
  on: supports.default({}),
  plan: method<Fault['plan']>(),
  apply: method<Fault['apply']>(),
  active: method<Fault['active']>(),
  undo: method<Fault['undo']>(),
  gone: method<Fault['gone']>(),
});

export const settingsFields = {
  subjects: z.array(z.unknown()).default([]),
  faults: z.array(z.unknown()).default([]),
  operators: z.record(z.string(), z.unknown()).default({}),
  limits: z
    .strictObject({
      maxParallel: integerBetween(1, 1_000).optional(),
      slots: integerBetween(1, 1_000).optional(),
      keepFreeMb: integerBetween(0, 10_000_000).optional(),
    })
    .default({}),
  runtimes: z
    .strictObject({
      process: z
        .strictObject({
          offered: z.boolean().optional(),
          ports: z
            .strictObject({ first: port, last: port })
            .refine(({ first, last }) => last - first >= FEWEST_PORTS, {
              error: `must be ${FEWEST_PORTS} ports or more, from first to last`,
            })
            .optional(),
          readyAhead: integerBetween(0, 100).optional(),
        })
        .optional(),
      docker: z
        .strictObject({
          offered: z.boolean().optional(),
          engine: z
            .string()
            .regex(/^(unix:\/\/\/|tcp:\/\/)/, { error: 'must be unix:///path or tcp://host:port' })
            .optional(),
          images: z.record(word, text).optional(),
          subnets: z
            .string()
            .regex(SUBNET_POOL, {
              error: 'must be an IPv4 network of 27 bits or fewer, such as 10.201.0.0/16',
            })
            .optional(),
          readyAhead: integerBetween(0, 100).optional(),
          guard: z.enum(['process', 'container']).optional(),
          socket: z.string().startsWith('/', { error: 'must be an absolute path' }).optional(),
        })
        .optional(),
    })
    .default({}),
} satisfies z.ZodRawShape;

/** Other machines check campaign files against what is published, and that is JSON Schema. */
function isPublishable(value: unknown): boolean {
  if (!(value instanceof z.ZodType)) return false;
  try {
    z.toJSONSchema(value, { io: 'input' });
    return true;
  } catch {
    return false;
  }
}
