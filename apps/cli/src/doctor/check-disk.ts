import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defineCheck } from './check.ts';
import { sizeText } from './size-text.ts';

/** Ten instances of postgres take 0.8 GB when they start (74 MB each, measured), and write more; so do databases. */
const LOW_BYTES = 2e9;
const FULL_BYTES = 0.1e9;
/** A huge folder takes long to add up; everything else has been told by then. */
const MEASURE_WITHIN_MS = 5_000;

const ADVICE =
  'Free some, or name a folder on another disk in ORDEAL_HOME. Root keeps data below /var/lib/ordeal: mount another disk there.';

/** Room for what Ordeal and its instances write. */
export const checkDisk = defineCheck({
  name: 'disk',
  title: 'Disk',
  problems: {
    low: {
      level: 'warning',
      means:
        'Ten trials at once may not fit: their nodes would fail for want of space, and not for the fault.',
      advice: ADVICE,
    },
    full: {
      level: 'error',
      means: 'Not even one instance fits, and a database on this disk is about to stop.',
      advice: ADVICE,
    },
  },
  async look({ folders: { data } }, say) {
    const free = await freeBytes(data);
    const found = `${sizeText(free)} free for ${data}`;
    if (free < FULL_BYTES) say.problem('full', found);
    else if (free < LOW_BYTES) say.problem('low', found);
    else say.ok('free', found);
    if (existsSync(data)) say.ok('used', `${await usedText(data)} used in ${data}`);
  },
});

/** On the file system where the folder is, or will be. */
async function freeBytes(folder: string): Promise<number> {
  if (!existsSync(folder)) return freeBytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Files come and go while `du` walks: it complains, and adds up all the same. */
function usedText(folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('du', ['-sk', folder], { timeout: MEASURE_WITHIN_MS }, (_error, stdout) => {
      const kilobytes = Number.parseInt(stdout, 10);
      resolve(Number.isNaN(kilobytes) ? 'an unknown amount' : sizeText(kilobytes * 1024));
    });
  });
}
