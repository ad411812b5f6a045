import { createHash } from 'node:crypto';

/** A source of numbers in [0, 1), wholly determined by its seed. */
export type Random = () => number;

/**
 * A generator for one purpose: `createRandom(campaignSeed, 'postgres/latency#0', 'target')`. Addressing by label
 * instead of by order of calls is what makes every execution and every arm of a trial draw the same.
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded from SHA-256; not for secrets.
 */
export function createRandom(...seed: (string | number)[]): Random {
  const digest = createHash('sha256').update(JSON.stringify(seed)).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  return () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
}

/** One of `items`. @throws RangeError when there are none. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
