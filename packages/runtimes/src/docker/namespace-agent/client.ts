import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { OrdealError, within } from '@ordeal/core';
import { type AgentVerb, type AgentVerbs, agentAnswer, FAREWELL } from './protocol.ts';

/** Beyond it the agent hangs: it only asks its own kernel. */
const ANSWER_WITHIN_MS = 10_000;

interface Asked {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** The guard's side of a namespace agent. When its input is ended, or breaks, the agent undoes all and ends. */
export class AgentClient {
  /** Resolves when it answers no more. */
  readonly gone: Promise<void>;
  readonly #input: Writable;
  readonly #asked = new Map<number, Asked>();
  readonly #goes: () => void;
  #lastId = 0;
  #lost: OrdealError | undefined;

  /**
   * @param input the agent's standard input
   * @param output its standard output
   */
  constructor(input: Writable, output: Readable) {
    this.#input = input;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#goes = resolve;
    input.on('error', (cause) => this.#lose(cause));
    output.on('error', (cause) => this.#lose(cause));
    createInterface({ input: output })
      .on('line', (line) => this.#hear(line))
      .on('close', () => this.#lose(undefined));
  }

  /**
   * Asks for one thing, and waits for the answer.
   * @throws OrdealError with the code that the agent gave; TARGET_FAILED when it is gone; DEADLINE, while the agent goes
   * on with it
   */
  async ask<Verb extends AgentVerb>(
    verb: Verb,
    body: AgentVerbs[Verb]['body'],
    timeoutMs = ANSWER_WITHIN_MS,
  ): Promise<AgentVerbs[Verb]['answer']> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#asked.set(id, { resolve, reject });
    this.#input.write(`${JSON.stringify({ id, verb, ...body })}\n`);
    try {
      // Agent and client are of one make: what it answers has the shape that the verb says.
      return (await within(
        promise,
        timeoutMs,
        `${verb}, asked of the agent in a node's namespace`,
      )) as AgentVerbs[Verb]['answer'];
    } finally {
      this.#asked.delete(id);
    }
  }

  #hear(line: string): void {
    if (line === FAREWELL) {
      this.#lose(undefined);
      return;
    }
    const parsed = agentAnswer.safeParse(parse(line));
    if (!parsed.success) {
      this.#lose(new Error(`it said ${line.slice(0, 200)}`));
      return;
    }
    const { data } = parsed;
    if (data.id === null) return;
    const asked = this.#asked.get(data.id);
    if (data.ok) asked?.resolve(data.answer);
    else asked?.reject(new OrdealError(data.error.code, data.error.message));
  }

  #lose(cause: unknown): void {
    this.#lost ??= new OrdealError('TARGET_FAILED', "the agent in a node's namespace is gone", { cause });
    for (const { reject } of this.#asked.values()) reject(this.#lost);
    this.#goes();
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
