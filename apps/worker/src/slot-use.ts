import type { SlotWish } from './share-slots.ts';

/** After so many fruitless offers in a row the waits between them grow no more: 8 turns, 8 to 16 s. */
const MOST_FRUITLESS = 3;

/** A campaign and its consumer as they are at one turn. */
interface Now {
  readonly campaignId: string;
  readonly most: number;
  readonly held: number;
  /** Jobs taken so far, ever. */
  readonly taken: number;
  /** How many more of its trials could start, according to Postgres. */
  readonly startable: number;
}

/**
 * What one campaign does with the slots that it is given, turn by turn. Postgres knows what could start, but a job
 * may be missing, or its queue held back by hand: a slot that was offered and not used goes to others, and is
 * offered again after one turn, two, four, and so on.
 */
export class SlotUse {
  #isServed = false;
  #since: number;
  #taken = 0;
  /** It was given a slot that it needed, above what it held. */
  #isOffered = false;
  #fruitless = 0;
  #turnsToWait = 0;

  constructor(turn: number) {
    this.#since = turn;
  }

  wish({ campaignId, most, held, taken, startable }: Now): SlotWish {
    if (taken > this.#taken) {
      this.#fruitless = 0;
      this.#turnsToWait = 0;
    } else if (this.#isOffered) {
      this.#turnsToWait = 2 ** Math.min(this.#fruitless, MOST_FRUITLESS);
      this.#fruitless += 1;
    } else if (this.#turnsToWait > 0) {
      this.#turnsToWait -= 1;
    }
    this.#taken = taken;
    const more = this.#turnsToWait > 0 ? 0 : startable;
    const needs = Math.min(most, held + more);
    return { campaignId, most, needs, held, isServed: this.#isServed, since: this.#since };
  }

  given(turn: number, { needs, held }: SlotWish, share: number): void {
    this.#isOffered = share > held && needs > held;
    const isServed = held > 0 || this.#isOffered;
    if (isServed === this.#isServed) return;
    this.#isServed = isServed;
    this.#since = turn;
  }
}
