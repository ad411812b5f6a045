import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Folders } from './folders.ts';

/** Where instances live on the process runtime: a machine, one of its boots, and the data folder of an installation. */
export interface Place {
  readonly machine: string;
  readonly boot: string;
  readonly home: string;
}

/**
 * Names this place: `machine/boot/home`. A host name is not enough, because machines are cloned and processes do
 * not survive a boot; and of two installations on a machine, one knows nothing of the other's guards. Elsewhere
 * than on Linux the host name stands in.
 */
export function placeId(folders: Pick<Folders, 'data'>): string {
  const machine = readTrimmed('/etc/machine-id') ?? hostname();
  const boot = readTrimmed('/proc/sys/kernel/random/boot_id') ?? 'boot';
  const home = createHash('sha256').update(folders.data).digest('hex');
  return [machine.slice(0, 12), boot.slice(0, 8), home.slice(0, 8)].join('/');
}

/**
 * Names the place of guards in containers. Every worker of a database on the engine has the same, whatever machine it
 * runs on: each one's guard cleans up after the others'. Trials of another database have the same numbers, and must not
 * be taken for ours.
 */
export function placeBesideEngine(engine: string, database: string): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  return [hash(engine).slice(0, 12), 'engine', hash(database).slice(0, 8)].join('/');
}

/** @returns undefined for what is no name of ours */
export function parsePlace(id: string): Place | undefined {
  const [machine, boot, home] = id.split('/');
  return machine && boot && home ? { machine, boot, home } : undefined;
}

function readTrimmed(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
