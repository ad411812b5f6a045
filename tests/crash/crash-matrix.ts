import { resolve } from 'node:path';
import { type RuntimeName, STEPS } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { describe, it } from 'vitest';
import { whyNoOwnClock } from '../support/own-clock.ts';
import { runApart, whyNotApart } from '../support/run-apart.ts';
import { BACKENDS, whyNot } from '../support/world.ts';
import { type CrashCase, type CrashFigures, runCrashCase } from './run-case.ts';
import { STRIKES, strikesOn } from './strikes.ts';

const whole = process.env.ORDEAL_CRASH_MATRIX === 'whole';

/** An engine or a clock of one's own, and outages of a minute, take too long for every day. */
const ALWAYS = strikesOn({ redis: true, engine: false, clock: false }).filter(
  (strike) => !strike.endsWith('outage'),
);

/** Every day a case runs beside other tests: killed-worker.test.ts holds the times of processes against the promise, too. */
const SLACK_MS = whole ? 0 : 10_000;

/**
 * The cases of one runtime, for a file of its own, one after the other: two in containers at once are more than a small
 * machine can take without missing the times that are promised.
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
          if (againMs !== null) expect(againMs).toBeLessThan(20_000 + SLACK_MS);
        },
        TEST_ENGINE_TIMEOUT_MS,
      );
    },
  );
}

/** Every strike on every backend that it fits. */
function allOn(runtime: RuntimeName): CrashCase[] {
  return STRIKES.flatMap((strike, turn) =>
    BACKENDS.map((backend) => ({ strike, runtime, backend, steps: STEPS, turn, slackMs: SLACK_MS })),
  ).filter(({ strike, backend }) =>
    strikesOn({ redis: backend === 'redis', engine: runtime === 'docker', clock: true }).includes(strike),
  );
}

/**
 * Pairwise: each strike meets every step, both runtimes and, where it can, both backends; what one runtime has with one
 * backend the other has with the other. In containers, where an instance takes seconds, it is every other step by turns.
 */
function everyDayOn(runtime: RuntimeName): CrashCase[] {
  const all = allOn(runtime);
  const shift = runtime === 'docker' ? 1 : 0;
  return ALWAYS.flatMap((strike, turn) => {
    const cases = all.filter((each) => each.strike === strike);
    const each = cases[(turn + shift) % cases.length];
    if (each === undefined) return [];
    const steps = STEPS.filter((_, index) => runtime !== 'docker' || index % 2 === turn % 2);
    return { ...each, steps };
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
