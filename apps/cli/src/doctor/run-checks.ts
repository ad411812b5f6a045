import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '@ordeal/core';
import type { Check, DoctorSite, Finding, ProblemKind, Say } from './check.ts';

/** Of each check, and they run side by side. Servers are given 5 s to answer. */
const CHECK_WITHIN_MS = 10_000;
const LATE = 'late';

/** What one check has found. */
export interface CheckResult {
  readonly check: Check;
  readonly findings: readonly Finding[];
}

/** What can go wrong with any check: it must not hide what the others see. */
export const CHECK_PROBLEMS: Readonly<Record<'late' | 'failed', ProblemKind>> = {
  late: {
    level: 'warning',
    means: 'This could not be looked at in time; what else is told is still true.',
    advice: 'See whether the machine is very busy, or a disk or a server hangs.',
  },
  failed: {
    level: 'warning',
    means: 'This could not be looked at; what else is told is still true.',
    advice: 'If the message does not say what to do, please report it: no check should fail.',
  },
};

/** Runs all checks side by side; the results are in the order of the checks. Never throws. */
export function runChecks(
  checks: readonly Check[],
  site: DoctorSite,
  withinMs = CHECK_WITHIN_MS,
): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => runCheck(check, site, withinMs)));
}

async function runCheck(check: Check, site: DoctorSite, withinMs: number): Promise<CheckResult> {
  const findings: Finding[] = [];
  const add = (kind: string, problem: ProblemKind | undefined, found: string): void => {
    findings.push({
      id: `${check.name}.${kind}`,
      level: problem?.level ?? 'ok',
      found,
      means: problem?.means ?? null,
      advice: problem?.advice ?? null,
      isOutage: problem?.isOutage ?? false,
    });
  };
  const say: Say<string> = {
    ok: (topic, found) => add(topic, undefined, found),
    problem: (kind, found) => add(kind, check.problems[kind], found),
  };
  try {
    const end = await Promise.race([check.look(site, say), delay(withinMs, LATE, { ref: false })]);
    if (end === LATE) add('late', CHECK_PROBLEMS.late, `not looked at within ${withinMs / 1000} s`);
  } catch (error) {
    add('failed', CHECK_PROBLEMS.failed, describeError(error));
  }
  // A copy: what hangs may come back, and nobody waits for it any more.
  return { check, findings: [...findings] };
}

/** 3 when a server is away, else 1 when there is an error, else 0. */
export function exitCodeOf(results: readonly CheckResult[]): 0 | 1 | 3 {
  const findings = results.flatMap((result) => result.findings);
  if (findings.some(({ isOutage }) => isOutage)) return 3;
  return findings.some(({ level }) => level === 'error') ? 1 : 0;
}
