import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** In the order in which they are looked for. */
const FILE_NAMES = ['ordeal.config.ts', 'ordeal.config.mts', 'ordeal.config.js', 'ordeal.config.mjs'];

/** The settings file of a folder, or of the nearest folder around it that has one. */
export function findSettingsFile(folder: string): string | undefined {
  for (let here = folder; ; here = dirname(here)) {
    const found = FILE_NAMES.map((name) => join(here, name)).find(existsSync);
    if (found !== undefined || dirname(here) === here) return found;
  }
}
