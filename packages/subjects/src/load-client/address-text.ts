import type { Address } from '@ordeal/core';

/** How an address is given to a client program: `host:port`. */
export function addressText({ host, port }: Address): string {
  return `${host}:${port}`;
}

/** @throws TypeError when the text is no `host:port`. */
export function parseAddress(text: string | undefined): Address {
  const [, host, port] = /^(.+):(\d+)$/.exec(text ?? '') ?? [];
  if (host === undefined || port === undefined) throw new TypeError(`not an address: ${text}`);
  return { host, port: Number(port) };
}
