import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadLine } from '@ordeal/core';

const ACKNOWLEDGED_FILE = 'acknowledged.log';

export type Report = (line: LoadLine) => void;

/**
 * Every ended operation goes to standard output; the number of an acknowledged write first to a file in the
 * folder, one a line, for whoever wants to know later what the database had promised to keep.
 */
export function openReport(folder: string): Report {
  const acknowledged = openSync(join(folder, ACKNOWLEDGED_FILE), 'a');
  return (line) => {
    if (line.ack !== undefined) writeSync(acknowledged, `${line.ack}\n`);
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}
