import type { Catalogue, RuntimeName } from '@ordeal/core';
import { faultOf } from '@ordeal/faults';
import { missingAbilities } from '@ordeal/runtimes';
import { subjectOf } from '@ordeal/subjects';

/** A fault that the catalogue offers for a subject on a runtime, and whether a worker started here could run it. */
export interface OfferedFault {
  readonly subject: string;
  readonly runtime: RuntimeName;
  readonly type: string;
  /** Why not, in words that fit behind "because"; undefined: it can. */
  readonly whyNot: string | undefined;
}

/** Every subject x runtime x fault of the catalogue, asked of this machine as this user. */
export async function offeredFaults(catalogue: Catalogue): Promise<OfferedFault[]> {
  const offered = Object.values(catalogue.subjects).flatMap((subject) =>
    Object.entries(subject.faults).flatMap(([type, { runtimes }]) =>
      runtimes.map(async (runtime) => ({
        subject: subject.name,
        runtime,
        type,
        whyNot: await whyNot(subject.name, runtime, type),
      })),
    ),
  );
  return Promise.all(offered);
}

async function whyNot(subject: string, runtime: RuntimeName, type: string): Promise<string | undefined> {
  const missing = await missingAbilities(runtime);
  const fault = faultOf(type);
  if (fault === undefined) return Object.values(missing)[0] ?? `this version has no code for ${type}`;
  const reason = fault.needs.map((ability) => missing[ability]).find((why) => why !== undefined);
  if (reason !== undefined) return reason;
  if (subjectOf(subject)?.prepareProcess === undefined) return `this version has no code for ${subject}`;
  return undefined;
}
