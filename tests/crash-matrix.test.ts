import { resolve } from 'node:path';
import { RUNTIMES } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { describe, it } from 'vitest';
import { type CrashCase, type CrashFigures, runCrashCase } from './crash/run-case.ts';
import { STRIKES, strikesOn } from './crash/strikes.ts';
import { whyNoOwnClock } from './support/own-clock.ts';
import { runApart, whyNotApart } from './support/run-apart.ts';
import { BACKENDS, whyNot } from './support/world.ts';

const whole = process.env.ORDEAL_CRASH_MATRIX === 'whole';

/** An engine or a clock of one's own, and outages of a minute, take too long for every day. */
const ALWAYS = strikesOn({ redis: true, engine: false, clock: false }).filter(
  (strike) => !strike.endsWith('outage'),
);

/** Each strike meets every step in every case. Not whole: one case a strike, by turns on both runtimes and backends. */
function cases(): CrashCase[] {
  const all = STRIKES.flatMap((strike, turn) =>
    RUNTIMES.flatMap((runtime) => BACKENDS.map((backend) => ({ strike, runtime, backend, turn }))),
  ).filter(({ strike, runtime, backend }) =>
    strikesOn({ redis: backend === 'redis', engine: runtime === 'docker', clock: true }).includes(strike),
  );
  if (whole) return all;
  return ALWAYS.flatMap((strike, turn) => {
    const own = all.filter((each) => each.strike === strike);
    // Both of a pair's sides change from one strike to the next, and their order after two.
    return own[(turn + Math.floor(turn / own.length)) % own.length] ?? [];
  });
}

/** A strike at the engine needs one that nobody else has. */
function needsOwnEngine({ strike }: CrashCase): boolean {
  return strike.startsWith('engine');
}

async function runApartOnOwnEngine(each: CrashCase, signal: AbortSignal): Promise<CrashFigures> {
  const module = resolve(import.meta.dirname, 'crash/own-engine-case.ts');
  const output = await runApart(module, [JSON.stringify(each)], signal);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
}

describe.concurrent.each(cases())('$strike on $runtime with the queue in $backend', (each) => {
  const why =
    whyNot(each.backend) ??
    (each.runtime === 'docker' ? whyNoTestEngine() : undefined) ??
    (needsOwnEngine(each) ? whyNotApart() : undefined) ??
    (each.strike.startsWith('clock') ? whyNoOwnClock() : undefined);
  it.skipIf(why !== undefined)(
    'at every step of a trial loses nothing, runs nothing twice, leaves nothing broken',
    async ({ expect, signal }) => {
      const run = needsOwnEngine(each) ? runApartOnOwnEngine(each, signal) : runCrashCase(each);
      const { againMs } = await run;
      // Beside other tests the machine is full; killed-worker.test.ts holds the time against the promise, too.
      if (againMs !== null) expect(againMs).toBeLessThan(whole ? 20_000 : 30_000);
    },
    TEST_ENGINE_TIMEOUT_MS,
  );
});
