import { OrdealError } from '@ordeal/core';

/** Of what a command of an operator's writes, the end: enough to read, too little to fill our memory. */
const MOST_OUTPUT_BYTES = 256 * 1024;

/** Collects the end of an output. */
export class OutputEnd {
  #chunks: Buffer[] = [];
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= 2 * MOST_OUTPUT_BYTES) return;
    this.#chunks = [this.#end()];
    this.#bytes = MOST_OUTPUT_BYTES;
  }

  text(): string {
    return this.#end().toString('utf8');
  }

  #end(): Buffer {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.length - MOST_OUTPUT_BYTES));
  }
}

/** The last lines of a text, and no more of it than an output may have. */
export function lastLines(text: string, lines: number): string {
  const end = text.slice(-MOST_OUTPUT_BYTES).replace(/\n$/, '').split('\n').slice(-lines);
  return `${end.join('\n')}\n`;
}

export function nodeIsDown(node: string): OrdealError {
  return new OrdealError('TARGET_FAILED', `${node} is down: nothing can be run in it`);
}
