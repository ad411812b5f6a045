import type { Benchmark } from './benchmark.ts';
export const instance: Benchmark = {
  title: 'TODO',
  defaults: { trials: 1, pairs: 3 },
  run: async () => ({ figures: {}, lines: [] }),
};
