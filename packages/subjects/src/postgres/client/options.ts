import { parseArgs } from 'node:util';
import type { Address } from '@ordeal/core';
import { addressText, parseAddress } from '../../load-client/address-text.ts';

/** Where the client finds the servers: addresses of its links. */
export interface ClientOptions {
  readonly primary: Address;
  readonly standbys: readonly Address[];
}

export function optionsAsArgs(options: ClientOptions): string[] {
  return [
    `--primary=${addressText(options.primary)}`,
    ...options.standbys.map((standby) => `--standby=${addressText(standby)}`),
  ];
}

/** @throws TypeError when the arguments are not those of {@link optionsAsArgs}. */
export function optionsFromArgs(args: readonly string[]): ClientOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { primary: { type: 'string' }, standby: { type: 'string', multiple: true, default: [] } },
  });
  return { primary: parseAddress(values.primary), standbys: values.standby.map(parseAddress) };
}
