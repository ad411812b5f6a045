import { readFileSync } from 'node:fs';
import { sep } from 'node:path';

/** One line of the mount table. */
export interface Mount {
  readonly path: string;
  /** Of the file system: `tmpfs`, `ext4`, ... */
  readonly type: string;
  /** What was mounted: a device, or whatever name its mounter gave it. */
  readonly source: string;
}

/**
 * What is mounted on the folder or below it, as this process sees it, in the order of mounting: to take them all
 * away, go backwards. Linux only; elsewhere empty.
 */
export function mountsIn(folder: string): Mount[] {
  if (process.platform !== 'linux') return [];
  const below = folder.endsWith(sep) ? folder : folder + sep;
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseMount)
    .filter(({ path }) => path === folder || path.startsWith(below));
}

/** proc(5): `36 35 98:0 /root /mount/point options [tags...] - type source options`. */
function parseMount(line: string): Mount {
  const [before = '', behind = ''] = line.split(' - ');
  const [type = '', source = ''] = behind.split(' ');
  return { path: unescaped(before.split(' ')[4] ?? ''), type, source: unescaped(source) };
}

/** Space, tab, newline and backslash stand as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
