import type { AddedFault } from '@ordeal/catalogue';
import { CLIENT_ROLE, type RuntimeName, type SubjectEntry, type SupportedFault } from '@ordeal/core';
import type { z } from 'zod';
import type { faultShape, subjectShape } from './settings-shape.ts';

export type GivenSubject = z.output<typeof subjectShape>;
export type GivenFault = z.output<typeof faultShape>;

/** The catalogue's entry of a subject, from what the subject itself says. */
export function subjectEntry(subject: GivenSubject): SubjectEntry {
  const nodes = subject.topology.nodes.filter(
    ({ role, isSpared }) => role !== CLIENT_ROLE && isSpared !== true,
  );
  const runtimes: RuntimeName[] = [
    ...(subject.prepareProcess === undefined ? [] : (['process'] as const)),
    ...(subject.prepareContainer === undefined ? [] : (['docker'] as const)),
  ];
  return {
    name: subject.name,
    title: subject.title,
    runtimes,
    goals: subject.goals,
    roles: [...new Set(nodes.map(({ role }) => role))],
    aliases: subject.aliases,
    nodes: nodes.map(({ name }) => name),
    anyTarget: subject.anyTarget,
    faults: completed(subject.faults, () => runtimes),
  };
}

/** A fault with the subjects that it adds itself to; what a built-in subject runs on is for the catalogue to say. */
export function addedFault(
  fault: GivenFault,
  runtimesOf: (subject: string) => readonly RuntimeName[],
): AddedFault {
  // The schema was checked to be one of parameters; what it gives is plain data.
  return { ...fault, params: fault.params as AddedFault['params'], on: completed(fault.on, runtimesOf) };
}

/** With the runtimes filled in that were left out. */
function completed(
  given: GivenSubject['faults'],
  runtimesOf: (name: string) => readonly RuntimeName[],
): Record<string, SupportedFault> {
  return Object.fromEntries(
    Object.entries(given).map(([name, { horizonSeconds, runtimes }]) => [
      name,
      { horizonSeconds, runtimes: runtimes ?? runtimesOf(name) },
    ]),
  );
}
