import { setTimeout as delay } from 'node:timers/promises';
import { type NodeEvent, OrdealError } from '@ordeal/core';

/**
 * An engine that answers says within a moment what became of a node in doubt; one that is gone is waited for as long as a
 * worker waits for an answer, and longer than that nobody may be kept.
 */
const LOSS_TOLD_WITHIN_MS = 3_000;

/** What becomes of an instance beside what is done to it, as its runtime tells of its nodes. */
export class InstanceFate {
  /** Before it was given to a trial, that makes it unlike a fresh instance. */
  #hasDied = false;
  #doubt: OrdealError | undefined;
  #loss: OrdealError | undefined;

  /** It is what a fresh instance is. */
  get isFit(): boolean {
    return !this.#hasDied && this.#doubt === undefined && this.#loss === undefined;
  }
  get loss(): OrdealError | undefined {
    return this.#loss;
  }

  hear({ kind, node, detail }: Pick<NodeEvent, 'kind' | 'node' | 'detail'>): void {
    if (kind === 'died') this.#hasDied = true;
    if (kind !== 'doubted' && kind !== 'lost') return;
    const error = new OrdealError('INSTANCE_LOST', `${node}: ${detail}`);
    if (kind === 'doubted') this.#doubt ??= error;
    else this.#loss = error;
  }

  /**
   * Whoever is at work on an instance in doubt, or comes then, hears of its loss, whatever he stumbled over.
   * @param signal fires when the loss is told
   * @throws what the work throws; OrdealError INSTANCE_LOST; the signal's reason
   */
  async unlessInDoubt<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      if (this.#doubt === undefined) return await work();
    } catch (error) {
      if (this.#doubt === undefined) throw error;
    }
    if (this.#loss === undefined) {
      await delay(LOSS_TOLD_WITHIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    this.#loss ??= this.#doubt;
    throw this.#loss;
  }
}
