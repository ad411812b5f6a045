import { parseArgs } from 'node:util';
import type { Address } from '@ordeal/core';
import { addressText, parseAddress } from '../../load-client/address-text.ts';

export interface ClientOptions {
  /** Where it asks for the servers. */
  readonly sentinels: readonly Address[];
}

export function optionsAsArgs({ sentinels }: ClientOptions): string[] {
  return sentinels.map((sentinel) => `--sentinel=${addressText(sentinel)}`);
}

/** @throws TypeError when the arguments are not those of {@link optionsAsArgs}. */
export function optionsFromArgs(args: readonly string[]): ClientOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { sentinel: { type: 'string', multiple: true, default: [] } },
  });
  if (values.sentinel.length === 0) throw new TypeError('no sentinel given');
  return { sentinels: values.sentinel.map(parseAddress) };
}
