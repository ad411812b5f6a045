import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real servers on a small machine: time-outs are for hangs, not for slowness.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ['./tests/start-database.ts', './tests/offer-engine.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['apps/**/*.test.ts', 'packages/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          // Whole campaigns: one file at a time, because they measure time on the same two cores.
          name: 'whole',
          include: ['tests/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
