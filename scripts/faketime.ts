import { globSync } from 'node:fs';

/** The library of Debian's package `faketime`, which gives programs a wall clock of their own; undefined: not installed. */
export function faketimeLibrary(): string | undefined {
  return globSync('/usr/lib{,64,/*}/faketime/libfaketime.so.1')[0];
}

/** Why no test can turn a clock here; undefined when they can. */
export function whyNoFaketime(): string | undefined {
  return faketimeLibrary() === undefined ? 'faketime is not installed' : undefined;
}
