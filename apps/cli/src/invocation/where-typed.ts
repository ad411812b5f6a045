import { resolve } from 'node:path';

/** Package managers change the working folder; a path means the folder in which the person typed it. */
export function whereTyped(path: string): string {
  return resolve(process.env.INIT_CWD || process.cwd(), path);
}
