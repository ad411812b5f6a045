import { z } from 'zod';

/** A day, like everything that a campaign file can ask for. */
const MOST_SECONDS = 86_400;

/** What `ordeal.config.ts` says of an operator of one's own. */
export interface CommandDefinition {
  /** The program, found by PATH, or a path that counts from the folder of the settings file. */
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Beside this process's own environment, without what leads to Ordeal's databases. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A zod schema of what an arm of a campaign may pass to it as `settings`; absent: nothing. */
  readonly settings?: z.ZodType | undefined;
  /**
   * How long one incident may keep it at work, 1 to 86400; default 3600. Lower: it is cut off in the middle. Higher: one
   * that hangs holds a slot until the trial is over.
   */
  readonly deadlineSeconds?: number | undefined;
}

const seconds = z
  .int({ error: `must be a whole number from 1 to ${MOST_SECONDS}` })
  .min(1, { error: `must be a whole number from 1 to ${MOST_SECONDS}` })
  .max(MOST_SECONDS, { error: `must be a whole number from 1 to ${MOST_SECONDS}` });

export const commandDefinition = z.strictObject({
  command: z.string().min(1, { error: 'must not be empty' }),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  settings: z
    .custom<z.ZodType>((value) => value instanceof z.ZodType, { error: 'must be a zod schema' })
    .optional(),
  deadlineSeconds: seconds.optional(),
}) satisfies z.ZodType<CommandDefinition>;
