import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * This machine, this boot. A host name is not enough: machines are cloned, and processes do not survive a boot.
 * Elsewhere than on Linux the host name stands in.
 */
export function placeId(): string {
  const machine = readTrimmed('/etc/machine-id') ?? hostname();
  const boot = readTrimmed('/proc/sys/kernel/random/boot_id') ?? 'boot';
  return `${machine.slice(0, 12)}/${boot.slice(0, 8)}`;
}

function readTrimmed(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
