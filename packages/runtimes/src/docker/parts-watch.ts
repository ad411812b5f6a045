import { setTimeout as delay } from 'node:timers/promises';
import { describeError, monotonicMs } from '@ordeal/core';
import type { Engine } from './engine/engine.ts';
import { LINE_BROKE, type MissingPart, missingPart, type PartsOfInstance } from './missing-part.ts';

/** An engine that is restarted, or too busy to answer, may be back by then. */
const ENGINE_BACK_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 500;
/** What an engine that answers at all may take for an answer. */
const LEAST_ANSWER_MS = 1_000;
/** Who removes a network takes its nodes off first: what is told should be the whole of it. */
const SETTLE_MS = 300;

export interface PartsWatchOptions extends PartsOfInstance {
  /** Called once, with the node that something is missing of, and what that is. */
  readonly lost: (node: string, detail: string) => void;
  /** Fires when the instance is removed: then its parts go away, and it is us who take them. */
  readonly signal: AbortSignal;
}

/** Notices when somebody else takes away what an instance is made of, or when the engine that holds it is gone. */
export class PartsWatch {
  readonly #options: PartsWatchOptions;
  #look: Promise<void> | undefined;
  #isLost = false;
  /** How often something seemed to be missing. */
  #signs = 0;
  /** Whose helper answers no more: there the engine will have something to say in a moment. */
  #deaf: string | undefined;

  constructor(options: PartsWatchOptions) {
    this.#options = options;
    void this.#watchNetwork();
  }

  /** Something seems to be missing: looks for it, unless somebody does already. @param deaf whose helper answers no more */
  suspect(deaf?: string): void {
    this.#deaf ??= deaf;
    this.#signs += 1;
    if (this.#isLost || this.#options.signal.aborted) return;
    this.#look ??= this.#lookForIt().finally(() => {
      this.#look = undefined;
    });
  }

  async #lookForIt(): Promise<void> {
    for (let seen = 0; seen < this.#signs; ) {
      // What is told while it looks may have come about behind its back.
      seen = this.#signs;
      const part = await this.#ask();
      if (this.#options.signal.aborted) return;
      if (part === undefined) continue;
      this.#isLost = true;
      this.#options.lost(part.node, part.detail);
      return;
    }
  }

  async #ask(): Promise<MissingPart | undefined> {
    const { nodes, signal } = this.#options;
    const untilMs = monotonicMs() + ENGINE_BACK_WITHIN_MS;
    await delay(SETTLE_MS);
    for (;;) {
      const leftMs = Math.max(untilMs - monotonicMs(), LEAST_ANSWER_MS);
      const timeoutMs = Math.ceil(leftMs / 1_000) * 1_000;
      const seen = await missingPart(this.#options, { signal, timeoutMs }).catch(describeError);
      if (signal.aborted) return undefined;
      if (typeof seen === 'object') return seen;
      if (seen === undefined && this.#deaf === undefined) return undefined;
      if (monotonicMs() >= untilMs) {
        const node = this.#deaf ?? nodes()[0]?.spec.name ?? '';
        return { node, detail: seen ?? LINE_BROKE };
      }
      await delay(ASK_AGAIN_MS);
    }
  }

  async #watchNetwork(): Promise<void> {
    const { engine, network, signal } = this.#options;
    while (!signal.aborted) {
      await watchNetwork(engine, network, () => this.suspect(), signal).catch(() => {});
      // What went away while nobody told of it.
      this.suspect();
      await delay(ASK_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/** Calls back when a node is taken off the network, or it is removed. @throws OrdealError when the engine goes away */
async function watchNetwork(
  engine: Engine,
  network: string,
  changed: () => void,
  signal: AbortSignal,
): Promise<void> {
  const filters = { network: [network], event: ['disconnect', 'destroy'] };
  const events = await engine.open('watch a network', (docker) =>
    docker.getEvents({ filters, abortSignal: signal }),
  );
  for await (const _ of events) changed();
}
