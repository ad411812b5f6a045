import type { Writable } from 'node:stream';

/**
 * Writes a line. What one turn of the event loop brings goes out in one system call: a trial's answers and events come
 * in bursts, and so do those of many trials.
 */
export function writeLine(output: Writable, line: object): void {
  if (output.writableCorked === 0) {
    output.cork();
    setImmediate(() => output.uncork());
  }
  output.write(`${JSON.stringify(line)}\n`);
}

/** No line of the protocol is nearly as long: a longer one is garbage, and is not kept in memory. */
const MAX_LINE_LENGTH = 8_000_000;

/** Cuts a stream of text into lines, across chunks. A line that is too long comes as undefined, once. */
export function createLineReader(onLine: (line: string | undefined) => void): (chunk: string) => void {
  let rest = '';
  let skipping = false;
  return (chunk) => {
    const pieces = (rest + chunk).split('\n');
    rest = pieces.pop() ?? '';
    for (const line of pieces) {
      // What follows an overlong beginning is its end.
      if (skipping) skipping = false;
      else if (line.trim() !== '') onLine(line);
    }
    if (rest.length <= MAX_LINE_LENGTH) return;
    rest = '';
    if (!skipping) onLine(undefined);
    skipping = true;
  };
}
