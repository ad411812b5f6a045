import { OrdealError } from '@ordeal/core';

/** One thing wrong with a campaign file. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** `chaos_types[1].params.min_ms`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** More than anyone reads; keeps a hostile file from costing more than it says. */
const MAX_PROBLEMS = 100;

/** Gathers everything that is wrong, so that a person corrects a file once and not error by error. */
export class Problems {
  readonly file: string;
  readonly #found = new Map<string, Problem>();
  #dropped = 0;

  constructor(file: string) {
    this.file = file;
  }

  get any(): boolean {
    return this.#found.size > 0;
  }

  /** The message is made only if it will be shown. The same problem twice is one problem. */
  add(line: number, column: number, path: string, message: () => string): void {
    if (this.#found.size >= MAX_PROBLEMS) {
      this.#dropped += 1;
      return;
    }
    const problem = { line, column, path, message: message() };
    this.#found.set(JSON.stringify(problem), problem);
  }

  /** @throws OrdealError BAD_INPUT with all problems in the order of the file, if there are any. */
  throwIfAny(): void {
    if (!this.any) return;
    const problems = [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = problems.map(
      ({ line, column, path, message }) =>
        `${this.file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`,
    );
    if (this.#dropped > 0) lines.push(`${this.file}: and ${this.#dropped} more`);
    throw new OrdealError('BAD_INPUT', lines.join('\n'), {
      details: { file: this.file, problems: problems.map((problem) => ({ ...problem })) },
    });
  }
}
