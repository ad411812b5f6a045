import { OrdealError } from '@ordeal/core';

/** A schema's name goes into statements and names a channel: short, and nothing that would need quoting. */
export function checkSchemaName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,47}$/.test(name)) return name;
  throw new OrdealError(
    'BAD_INPUT',
    `schema ${JSON.stringify(name)}: must be lower-case letters, digits and _, at most 48`,
  );
}
