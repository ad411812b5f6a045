import { integerBetween } from '@ordeal/catalogue';
import { GOALS } from '@ordeal/core';
import type { ComposeSystem, HealthCheck } from '@ordeal/subjects';
import { z } from 'zod';
import { method, slo, supports, text, volume, word } from '../settings-shape.ts';

const port = integerBetween(1, 65_535);
const portKey = z.string().regex(/^[1-9]\d{0,4}$/, { error: 'must be a port number' });
const page = z.string().startsWith('/', { error: 'must begin with /' });

const httpCheck = z.strictObject({ service: text, port, path: page.optional() });
const httpHealth = z.strictObject({
  http: z.union([httpCheck, z.array(httpCheck).min(1)]).transform((checks) => [checks].flat()),
});

const protocol = z.union([
  z.enum(['http', 'redis', 'postgres', 'silent']),
  z.strictObject({ send: text, greets: z.boolean().optional() }),
]);

const load = z
  .strictObject({
    http: z
      .strictObject({
        service: text,
        port,
        read: page,
        write: z.strictObject({ path: page, method: text.optional(), body: z.string().optional() }),
      })
      .optional(),
    program: text.optional(),
    slo: slo.default({ windowMs: 2_000, minSuccessRatio: 0.9, maxLatencyMs: 1_000 }),
  })
  .refine(({ http, program }) => (http === undefined) !== (program === undefined), {
    error: 'must have either http or program',
  });

/** What `composeSubject` is given; what must fit the compose file is checked beside it. */
export const composeDefinition = z.strictObject({
  name: word,
  title: text.optional(),
  file: text,
  targets: z.array(text).min(1),
  healthy: z.union([httpHealth, method<HealthCheck>()], {
    error: 'must be { http: { service, port, path } }, or a function',
  }),
  state: method<NonNullable<ComposeSystem['state']>>().optional(),
  load: load.optional(),
  goals: z.array(z.enum(GOALS)).min(1).optional(),
  links: z.array(z.strictObject({ from: text, to: text, port })).optional(),
  ports: z.record(z.string(), z.record(portKey, protocol)).default({}),
  disks: z.record(z.string(), volume).default({}),
  startBudgetSeconds: z.number().positive({ error: 'must be above 0' }).default(120),
  horizonSeconds: z.number().nonnegative({ error: 'must not be below 0' }).default(10),
  faults: supports.optional(),
  sharedFolders: z.enum(['refused', 'kept']).default('refused'),
});
export type GivenComposeSubject = z.output<typeof composeDefinition>;
