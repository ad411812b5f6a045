import { relative, sep } from 'node:path';
import { locateProcessesIn, mountsIn } from '@ordeal/place';

/**
 * Where processes work and file systems are mounted below the folder, by the first part of their paths there: the kernel
 * tells of both, whatever has become of the folder. Linux only; elsewhere empty.
 */
export function tracesBelow(folder: string): string[] {
  const paths = [
    ...locateProcessesIn(folder).map((located) => located.folder),
    ...mountsIn(folder).map(({ path }) => path),
  ];
  const names = paths.map((path) => relative(folder, path).split(sep)[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}
