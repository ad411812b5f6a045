import type { Readable, Writable } from 'node:stream';
import type { Guard } from './guard.ts';
import { createLineReader, writeLine } from './lines.ts';
import { type GuardEvent, PROTOCOL_VERSION } from './protocol.ts';
import { respond } from './respond.ts';

/**
 * A worker that does not read must not fill our memory. Beyond this many waiting bytes, what only says how things
 * are now is left out; answers, transitions and ends are kept.
 */
const BACKLOG_BYTES = 256_000;

/** Writes lines; a broken line is no error, because the end of input says the same. */
function lineWriter(output: Writable): (line: object) => void {
  output.on('error', () => {});
  return (line) => {
    if (!output.destroyed && output.writable) writeLine(output, line);
  };
}

/** Tells events; drops the passing ones while the other side does not read. */
export function eventWriter(output: Writable): (event: GuardEvent) => void {
  const write = lineWriter(output);
  return (event) => {
    const passing = event.event === 'tick' || event.event === 'health';
    if (passing && output.writableLength > BACKLOG_BYTES) return;
    write({ v: PROTOCOL_VERSION, ...event });
  };
}

/** Answers every line of the input; resolves with the reason when the input has ended. */
export function serve(guard: Guard, input: Readable, output: Writable): Promise<string> {
  const write = lineWriter(output);
  const read = createLineReader((line) => {
    void respond(guard, line).then(write);
  });
  input.setEncoding('utf8');
  input.on('data', read);
  return new Promise((resolve) => {
    input.once('end', () => resolve('the worker closed the line'));
    input.once('close', () => resolve('the worker closed the line'));
    input.once('error', (error) => resolve(`the line broke: ${error.message}`));
  });
}
