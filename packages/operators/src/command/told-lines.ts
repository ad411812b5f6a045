import type { JsonObject, OperatorEvent } from '@ordeal/core';
import { z } from 'zod';

/** What an operator says in one line is read; more of it is somebody's dump. */
const MOST_LINE_BYTES = 64 * 1024;
/** All that it says in one trial. */
const MOST_BYTES = 4 * 1024 * 1024;

const text = z.string().max(4_000);
const toldLine = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('detected') }),
  z.looseObject({ event: z.literal('claimed_resolved') }),
  z.looseObject({
    event: z.literal('command'),
    command: text,
    node: z.string().optional(),
    repairs: z.boolean().optional(),
    exit_code: z.number().int().optional(),
  }),
  z.looseObject({ event: z.literal('note') }),
]);

/** Reads what a program writes to standard output: a line of JSON per event. What is none becomes a note, and no more. */
export class ToldLines {
  readonly #tell: (event: OperatorEvent) => void;
  #rest = '';
  #bytes = 0;
  #strange = 0;

  constructor(tell: (event: OperatorEvent) => void) {
    this.#tell = tell;
  }

  /** False: it has said more than anybody will read, and is read no more. */
  read(chunk: string): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BYTES) {
      this.#note({ kind: 'output_cut', bytes: MOST_BYTES });
      return false;
    }
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    if (this.#rest.length > MOST_LINE_BYTES) {
      this.#refuse(this.#rest);
      this.#rest = '';
    }
    return true;
  }

  /** The last line may lack its end. */
  end(): void {
    this.#take(this.#rest);
    this.#rest = '';
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const event = line.length > MOST_LINE_BYTES ? undefined : toEvent(line);
    if (event === undefined) this.#refuse(line);
    else this.#tell(event);
  }

  #refuse(line: string): void {
    this.#strange += 1;
    // The first ones show what is wrong; a program that prints its log would fill the record.
    if (this.#strange <= 10) this.#note({ kind: 'not_an_event', line: line.slice(0, 200) });
  }

  #note(note: JsonObject): void {
    this.#tell({ kind: 'note', note });
  }
}

function toEvent(line: string): OperatorEvent | undefined {
  const { data } = toldLine.safeParse(parseJson(line));
  if (data === undefined) return undefined;
  switch (data.event) {
    case 'detected':
    case 'claimed_resolved':
      return { kind: data.event };
    case 'command': {
      const { command, node, repairs, exit_code: exitCode } = data;
      return { kind: 'command', command, node, repairs, exitCode };
    }
    case 'note': {
      const { event: _event, ...note } = data;
      return { kind: 'note', note: note as JsonObject };
    }
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
