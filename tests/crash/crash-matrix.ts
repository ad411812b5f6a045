import { resolve } from 'node:path';
import type { RuntimeName } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { describe, it } from 'vitest';
import { whyNoOwnClock } from '../support/own-clock.ts';
import { runApart, whyNotApart } from '../support/run-apart.ts';
import { BACKENDS, whyNot } from '../support/world.ts';
import { type CrashCase, type CrashFigures, runCrashCase } from './run-case.ts';
import { STRIKES, type Strike, strikesOn } from './strikes.ts';

const whole = process.env.ORDEAL_CRASH_MATRIX === 'whole';

/** An engine or a clock of one's own, and outages of a minute, take too long for every day. */
const ALWAYS = strikesOn({ redis: true, engine: false, clock: false }).filter(
  (strike) => !strike.endsWith('outage'),
);

/** Those that containers have for every day, where a case takes a machine of two cores for a minute. */
const IN_CONTAINERS: ReadonlySet<Strike> = new Set(['worker SIGTERM', 'guard SIGKILL', 'postgres SIGKILL']);

/**
 * The cases of one runtime, for a file of its own, one after the other: two in containers at once are more than a small
 * machine can take without missing the times that are promised. Each strike meets every step in every case.
 */
export function crashMatrixOn(runtime: RuntimeName): void {
  describe.each(whole ? allOn(runtime) : everyDayOn(runtime))(
    '$strike with the queue in $backend',
    (each) => {
      const why = whyNotRun(each);
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
    },
  );
}

/** Every strike on every backend that it fits. */
function allOn(runtime: RuntimeName): CrashCase[] {
  return STRIKES.flatMap((strike, turn) =>
    BACKENDS.map((backend) => ({ strike, runtime, backend, turn })),
  ).filter(({ strike, backend }) =>
    strikesOn({ redis: backend === 'redis', engine: runtime === 'docker', clock: true }).includes(strike),
  );
}

/** Each strike once, on one runtime, the backends by turns. */
function everyDayOn(runtime: RuntimeName): CrashCase[] {
  return ALWAYS.flatMap((strike, turn) => {
    if (IN_CONTAINERS.has(strike) !== (runtime === 'docker')) return [];
    const [first, other = first] = allOn(runtime).filter((each) => each.strike === strike);
    return (turn % 2 === 0 ? first : other) ?? [];
  });
}

/** A strike at the engine needs one that nobody else has. */
function needsOwnEngine({ strike }: CrashCase): boolean {
  return strike.startsWith('engine');
}

function whyNotRun(each: CrashCase): string | undefined {
  return (
    whyNot(each.backend) ??
    (each.runtime === 'docker' ? whyNoTestEngine() : undefined) ??
    (needsOwnEngine(each) ? whyNotApart() : undefined) ??
    (each.strike.startsWith('clock') ? whyNoOwnClock() : undefined)
  );
}

async function runApartOnOwnEngine(each: CrashCase, signal: AbortSignal): Promise<CrashFigures> {
  const module = resolve(import.meta.dirname, 'own-engine-case.ts');
  const output = await runApart(module, [JSON.stringify(each)], signal);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
}
