/** Who wants to be told. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  /** Returns the unsubscribe. */
  add(listener: (value: T) => void): () => void {
    // Wrapped, so that one function added twice is two listeners with an unsubscribe each.
    const own = (value: T) => listener(value);
    this.#all.add(own);
    return () => this.#all.delete(own);
  }

  tell(value: T): void {
    for (const listener of [...this.#all]) listener(value);
  }

  clear(): void {
    this.#all.clear();
  }
}
