import { createRandom, type LinkRule, type Random } from '@ordeal/core';

export type Direction = 'forward' | 'backward';

interface Delay {
  readonly minMs: number;
  readonly maxMs: number;
  readonly random: Random;
}

interface InjectionRules {
  readonly delays: readonly Delay[];
  readonly cuts: readonly ('forward' | 'backward' | 'both')[];
}

/** The rules on one link, of all injections: delays add up, a direction is cut if any rule cuts it. */
export class LinkRules {
  readonly #injections = new Map<string, InjectionRules>();

  /** Replaces the injection's rules, so that a second apply changes nothing. */
  set(injection: string, rules: readonly LinkRule[]): void {
    this.#injections.set(injection, {
      delays: rules
        .filter((rule) => rule.kind === 'delay')
        .map(({ minMs, maxMs, seed, link }) => ({
          minMs,
          maxMs,
          random: createRandom(seed, link.from, link.to, link.port),
        })),
      cuts: rules.filter((rule) => rule.kind === 'cut').map((rule) => rule.direction),
    });
  }

  /** True when there was something to take away. */
  delete(injection: string): boolean {
    return this.#injections.delete(injection);
  }

  /** Half of each rule's round trip: the other half is drawn on the way back. */
  drawDelayMs(): number {
    let sumMs = 0;
    for (const { delays } of this.#injections.values()) {
      for (const { minMs, maxMs, random } of delays) sumMs += (minMs + (maxMs - minMs) * random()) / 2;
    }
    return sumMs;
  }

  delays(): boolean {
    return [...this.#injections.values()].some(({ delays }) => delays.length > 0);
  }

  cuts(direction: Direction): boolean {
    return [...this.#injections.values()].some(({ cuts }) =>
      cuts.some((cut) => cut === 'both' || cut === direction),
    );
  }

  cutsAny(): boolean {
    return this.cuts('forward') || this.cuts('backward');
  }
}
