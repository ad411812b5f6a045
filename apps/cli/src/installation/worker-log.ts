import { OrdealError } from '@ordeal/core';
import { type DestinationStream, destination, type Logger, levels, pino } from 'pino';
import { secretsFilter } from './secrets.ts';

/** Fields that may hold a secret, should anyone ever log them. */
const SECRET_FIELDS = ['databaseUrl', 'redisUrl', 'connectionString', 'password', 'token', 'authorization'];

/**
 * JSON lines: on standard output for a worker of its own; into a file when the terminal belongs to progress.
 * @throws OrdealError BAD_INPUT for an ORDEAL_LOG_LEVEL that is none
 */
export function workerLog(file?: string): Logger {
  const level = process.env.ORDEAL_LOG_LEVEL || 'info';
  const known = [...Object.values(levels.labels), 'silent'];
  if (!known.includes(level)) {
    throw new OrdealError('BAD_INPUT', `ORDEAL_LOG_LEVEL ${level}: must be one of ${known.join(', ')}`);
  }
  const stream: DestinationStream = destination({ dest: file ?? 1, sync: true });
  return pino(
    {
      base: { pid: process.pid },
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
      // The last word on each line, whatever message or field a secret came in.
      hooks: { streamWrite: secretsFilter() },
    },
    stream,
  );
}
