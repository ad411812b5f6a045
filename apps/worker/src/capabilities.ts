import type { Settings } from '@ordeal/config';
import { NO_FAULT, type RuntimeName } from '@ordeal/core';
import { type MissingAbilities, missingAbilities } from '@ordeal/runtimes';

/** What a worker can run, and what it knows but cannot run, as `subject/runtime/fault`. */
export interface Capabilities {
  /** Sorted. */
  readonly can: readonly string[];
  /** Why not, in words that fit behind "because". */
  readonly cannot: Readonly<Record<string, string>>;
}

/** Goes through the whole catalogue, and asks this machine what it can do, as this user. */
export async function findCapabilities(settings: Settings): Promise<Capabilities> {
  const { catalogue } = settings.repertoire;
  const can: string[] = [];
  const cannot: Record<string, string> = {};
  for (const subject of Object.values(catalogue.subjects)) {
    for (const runtime of subject.runtimes) {
      const missing = await missingAbilities(runtime);
      const faults = Object.keys(subject.faults).filter((fault) =>
        subject.faults[fault]?.runtimes.includes(runtime),
      );
      for (const fault of [NO_FAULT, ...faults]) {
        const why = whyNot(settings, missing, { subject: subject.name, runtime, fault });
        const need = `${subject.name}/${runtime}/${fault}`;
        if (why === undefined) can.push(need);
        else cannot[need] = why;
      }
    }
  }
  return { can: can.sort(), cannot };
}

function whyNot(
  { repertoire, process }: Settings,
  missing: MissingAbilities,
  { subject, runtime, fault: type }: { subject: string; runtime: RuntimeName; fault: string },
): string | undefined {
  if (runtime === 'process' && !process.offered) return 'its settings turn the runtime process off';
  const subjectRuns = runtime === 'process' && repertoire.subjectOf(subject)?.prepareProcess !== undefined;
  // A runtime that can do nothing to nodes cannot start them either, and its reason says more.
  if (!subjectRuns) return missing.signals ?? `it has no code that starts ${subject} on ${runtime}`;
  if (type === NO_FAULT) return undefined;
  const fault = repertoire.faultOf(type);
  if (fault === undefined) return `it has no code for ${type}`;
  return fault.needs.map((ability) => missing[ability]).find((why) => why !== undefined);
}

/** A worker takes only campaigns that it can run whole. */
export function canRun(needs: readonly string[], can: readonly string[]): boolean {
  return needs.every((need) => can.includes(need));
}
