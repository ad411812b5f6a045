import type { Settings } from '@ordeal/config';
import { NO_FAULT, type RuntimeName } from '@ordeal/core';
import { type MissingAbilities, missingAbilities, whyNoImages } from '@ordeal/runtimes';

/** What a worker can run, and what it knows but cannot run, as `subject/runtime/fault`. */
export interface Capabilities {
  /** Sorted. */
  readonly can: readonly string[];
  /** Why not, in words that fit behind "because". */
  readonly cannot: Readonly<Record<string, string>>;
}

/** Goes through the whole catalogue, and asks this machine and its engine what they can do, as this user. */
export async function findCapabilities(settings: Settings): Promise<Capabilities> {
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

/** What is left when nothing runs on the engine after all. @param why undefined: it does */
export function withoutDocker({ can, cannot }: Capabilities, why: string | undefined): Capabilities {
  if (why === undefined) return { can, cannot };
  const lost = can.filter((need) => runtimeOf(need) === 'docker');
  return {
    can: can.filter((need) => !lost.includes(need)),
    cannot: { ...cannot, ...Object.fromEntries(lost.map((need) => [need, why])) },
  };
}

/** Of a `subject/runtime/fault`. */
export function runtimeOf(need: string): string | undefined {
  return need.split('/')[1];
}

/** A worker takes only campaigns that it can run whole. */
export function canRun(needs: readonly string[], can: readonly string[]): boolean {
  return needs.every((need) => can.includes(need));
}
