import { RUNTIMES } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { describe, expect, it } from 'vitest';
import { type CrashCase, runCrashCase } from './crash/run-case.ts';
import { STRIKES } from './crash/strikes.ts';
import { BACKENDS, whyNot } from './support/world.ts';

const whole = process.env.ORDEAL_CRASH_MATRIX === 'whole';

/** Each strike meets every step in every case, and in turn both runtimes and both backends. */
function cases(): CrashCase[] {
  return STRIKES.flatMap((strike, row) =>
    RUNTIMES.flatMap((runtime, column) =>
      BACKENDS.filter((backend, index) => {
        if (strike.startsWith('redis')) return backend === 'redis';
        return whole || (row + column) % BACKENDS.length === index;
      }).map((backend) => ({ strike, runtime, backend, turn: row + 2 * column })),
    ),
  );
}

describe.each(cases())('$strike on $runtime with the queue in $backend', (each) => {
  const why = whyNot(each.backend) ?? (each.runtime === 'docker' ? whyNoTestEngine() : undefined);
  it.skipIf(why !== undefined)(
    'at every step of a trial loses nothing, runs nothing twice, leaves nothing broken',
    async () => {
      const { againMs } = await runCrashCase(each);
      if (againMs !== null) expect(againMs).toBeLessThan(20_000);
    },
    TEST_ENGINE_TIMEOUT_MS,
  );
});
