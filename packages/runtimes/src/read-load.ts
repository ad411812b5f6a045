import type { LoadLine, NodeEvent } from '@ordeal/core';
import { createLoadLineReader, isWorthTelling } from './load-lines.ts';

export interface LoadReaderOptions {
  /** The client's name. */
  readonly node: string;
  readonly incarnation: () => string | null;
  readonly monotonicMs: () => number;
  readonly load: (line: LoadLine) => void;
  readonly noise: (event: NodeEvent) => void;
}

/** Takes the client's standard output in chunks, and tells its operations, and now and then what is none. */
export function readLoad(options: LoadReaderOptions): (chunk: string) => void {
  let ignored = 0;
  return createLoadLineReader(options.load, (text) => {
    ignored += 1;
    if (!isWorthTelling(ignored)) return;
    options.noise({
      atMs: options.monotonicMs(),
      node: options.node,
      kind: 'noise',
      incarnation: options.incarnation(),
      detail: `${ignored} lines so far are no load lines; the last: ${text.slice(0, 200)}`,
    });
  });
}
