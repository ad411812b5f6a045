import { createRandom, type LinkRule, type Random } from '@ordeal/core';
import { Lane } from './lane.ts';

export type Direction = 'forward' | 'backward';

interface Delay {
  readonly minMs: number;
  readonly maxMs: number;
  readonly random: Random;
}

interface InjectionRules {
  readonly delays: readonly Delay[];
  readonly rates: readonly number[];
  readonly cuts: readonly ('forward' | 'backward' | 'both')[];
}

/**
 * The rules on one link, of all injections: delays add up, the lowest rate holds, a direction is cut if any rule
 * cuts it.
 */
export class LinkRules {
  readonly lanes: Readonly<Record<Direction, Lane>> = { forward: new Lane(), backward: new Lane() };
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
      rates: rules.filter((rule) => rule.kind === 'rate').map(({ kbit }) => kbit),
      cuts: rules.filter((rule) => rule.kind === 'cut').map(({ direction }) => direction),
    });
    this.#limitLanes();
  }

  /** True when there was something to take away. */
  delete(injection: string): boolean {
    const had = this.#injections.delete(injection);
    if (had) this.#limitLanes();
    return had;
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

  #limitLanes(): void {
    const lowest = Math.min(...[...this.#injections.values()].flatMap(({ rates }) => rates));
    this.lanes.forward.limit(lowest);
    this.lanes.backward.limit(lowest);
  }
}
