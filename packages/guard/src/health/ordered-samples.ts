import type { Sample } from './whole-clock.ts';

interface Slot {
  readonly askedMs: number;
  /** Undefined while the answer is out; null when it must not be judged. */
  answer: Sample | null | undefined;
}

/** Samples overlap when a system answers slowly: hands them on in the order in which they were asked. */
export class OrderedSamples {
  readonly #slots: Slot[] = [];

  get pending(): number {
    return this.#slots.length;
  }
  /** When the oldest sample that was not handed on was asked. */
  get oldestAskedMs(): number | undefined {
    return this.#slots[0]?.askedMs;
  }

  /** Opens a place in the order; call the result with the answer, or with null to drop it. Returns what is ready. */
  ask(askedMs: number): (answer: Sample | null) => Sample[] {
    const slot: Slot = { askedMs, answer: undefined };
    this.#slots.push(slot);
    return (answer) => {
      slot.answer = answer;
      return this.#ready();
    };
  }

  #ready(): Sample[] {
    const ready: Sample[] = [];
    for (let slot = this.#slots[0]; slot?.answer !== undefined; slot = this.#slots[0]) {
      this.#slots.shift();
      if (slot.answer !== null) ready.push(slot.answer);
    }
    return ready;
  }
}
