import type { Running } from '../support/world.ts';

interface Disturbance {
  /** Whom it strikes; null: everybody, for a server that all need. */
  readonly worker: Running | null;
  readonly from: number;
  /** When it is over for the victim: never, if it was a worker's end. */
  to: number;
}

/**
 * Who was left in peace, and since when: for a lost trial has its time to run again from the death, if another worker is
 * up that could see to it, and else from the start of the next one. All instants in ms since 1970.
 */
export class Disturbances {
  readonly #startedAt = new Map<Running, number>();
  readonly #all: Disturbance[] = [];

  started(worker: Running): void {
    this.#startedAt.set(worker, Date.now());
  }

  /** @returns to be called when it is over for the victim */
  begin(worker: Running | null): () => void {
    const disturbance = { worker, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#all.push(disturbance);
    return () => {
      disturbance.to = Date.now();
    };
  }

  /**
   * From when on a trial that was lost at `death` and ran again at `again` should have: the earliest instant from which some
   * worker was left in peace until then. Undefined: none was.
   */
  dueSince(death: number, again: number): number | undefined {
    const since = [...this.#startedAt].flatMap(([worker, startedAt]) => {
      const ends = this.#all
        .filter((each) => each.from < again && (each.worker === null || each.worker === worker))
        .map(({ to }) => to);
      const inPeace = Math.max(death, startedAt, ...ends);
      return inPeace < again ? [inPeace] : [];
    });
    return since.length === 0 ? undefined : Math.min(...since);
  }
}
