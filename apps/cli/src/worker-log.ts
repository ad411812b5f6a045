import { join } from 'node:path';
import type { Folders } from '@ordeal/place';
import { destination, type Logger, pino } from 'pino';

/**
 * JSON lines: on standard output for a worker of its own; into a file when the terminal belongs to progress.
 * Secrets never get here: connection strings are not logged.
 */
export function workerLog(options: { quiet: boolean; folders: Folders }): Logger {
  const settings = { base: { pid: process.pid }, level: process.env.ORDEAL_LOG_LEVEL ?? 'info' };
  if (!options.quiet) return pino(settings);
  return pino(settings, destination({ dest: join(options.folders.home, 'worker.log'), sync: true }));
}
