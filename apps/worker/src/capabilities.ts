import { CONTROL_OPERATORS, OPERATOR_DB } from '@ordeal/catalogue';
import type { Settings } from '@ordeal/config';
import { NO_FAULT, operatorNeed, type RuntimeName } from '@ordeal/core';
import { type MissingAbilities, missingAbilities, whyNoImages } from '@ordeal/runtimes';

/** What a worker can run, and what it knows but cannot run, as `subject/runtime/fault` or `operator/name`. */
export interface Capabilities {
  /** Sorted. */
  readonly can: readonly string[];
  /** Why not, in words that fit behind "because". */
  readonly cannot: Readonly<Record<string, string>>;
}

/**
 * Goes through the whole catalogue, and asks this machine and its engine what they can do, as this user.
 * @param operatorDb the path of the database of the operator `operator-db`, if it has one
 */
export async function findCapabilities(settings: Settings, operatorDb?: string): Promise<Capabilities> {
  const { catalogue } = settings.repertoire;
  const can: string[] = [];
  const cannot: Record<string, string> = {};
  const missingOn = new Map<RuntimeName, MissingAbilities>();
  for (const subject of Object.values(catalogue.subjects)) {
    for (const runtime of subject.runtimes) {
      const missing = missingOn.get(runtime) ?? (await missingAbilities(runtime, settings.docker));
      missingOn.set(runtime, missing);
      const whyNotAtAll = await whyNoSubject(settings, missing, subject.name, runtime);
      const faults = Object.keys(subject.faults).filter((fault) =>
        subject.faults[fault]?.runtimes.includes(runtime),
      );
      for (const fault of [NO_FAULT, ...faults]) {
        const why = whyNotAtAll ?? whyNoFault(settings, missing, fault);
        const need = `${subject.name}/${runtime}/${fault}`;
        if (why === undefined) can.push(need);
        else cannot[need] = why;
      }
    }
  }
  const database = operatorNeed(OPERATOR_DB) ?? '';
  if (operatorDb === undefined)
    cannot[database] = 'it was given no --operator-db, and found no data/operator.db';
  else can.push(database);
  const operators = [...CONTROL_OPERATORS, ...Object.keys(settings.operators)];
  can.push(...operators.flatMap((name) => operatorNeed(name) ?? []));
  return { can: can.sort(), cannot };
}

/** Why no trial of the subject can run on the runtime, whatever the fault. */
async function whyNoSubject(
  settings: Settings,
  missing: MissingAbilities,
  name: string,
  runtime: RuntimeName,
): Promise<string | undefined> {
  if (!settings[runtime].offered) return `its settings turn the runtime ${runtime} off`;
  const subject = settings.repertoire.subjectOf(name);
  const prepare = runtime === 'process' ? subject?.prepareProcess : subject?.prepareContainer;
  if (subject === undefined || prepare === undefined)
    return `it has no code that starts ${name} on ${runtime}`;
  // A runtime that can do nothing to nodes cannot start them either.
  if (missing.signals !== undefined) return missing.signals;
  return runtime === 'docker' ? whyNoImages(settings.docker, subject) : undefined;
}

function whyNoFault({ repertoire }: Settings, missing: MissingAbilities, type: string): string | undefined {
  if (type === NO_FAULT) return undefined;
  const fault = repertoire.faultOf(type);
  if (fault === undefined) return `it has no code for ${type}`;
  return fault.needs.map((ability) => missing[ability]).find((why) => why !== undefined);
}

/** The same but for what turned out to be impossible. @param why in words that fit behind "because"; undefined: nothing did */
export function without(
  { can, cannot }: Capabilities,
  isLost: (need: string) => boolean,
  why: string | undefined,
): Capabilities {
  if (why === undefined) return { can, cannot };
  const lost = can.filter(isLost);
  return {
    can: can.filter((need) => !lost.includes(need)),
    cannot: { ...cannot, ...Object.fromEntries(lost.map((need) => [need, why])) },
  };
}

export function needsDocker(need: string): boolean {
  const parts = need.split('/');
  return parts.length === 3 && parts[1] === 'docker';
}

/** An operator that is, or talks to, a program on the worker's machine. */
export function needsProgram(need: string): boolean {
  const controls = CONTROL_OPERATORS.map((name) => operatorNeed(name));
  return need.startsWith('operator/') && !controls.includes(need);
}

/** A worker takes only campaigns that it can run whole. */
export function canRun(needs: readonly string[], can: readonly string[]): boolean {
  return needs.every((need) => can.includes(need));
}
