import type { AddedFault } from '@ordeal/catalogue';
import { CLIENT_ROLE, type RuntimeName, type SubjectEntry, type SupportedFault } from '@ordeal/core';
import type { z } from 'zod';
import type { faultShape, subjectShape } from './settings-shape.ts';

export type GivenSubject = z.output<typeof subjectShape>;
export type GivenFault = z.output<typeof faultShape>;

/** The catalogue's entry of a subject, from what the subject itself says. */
export function subjectEntry(subject: GivenSubject): SubjectEntry {
  const nodes = subject.topology.nodes.filter(({ role }) => role !== CLIENT_ROLE);
  const runtimes: RuntimeName[] = subject.prepareProcess === undefined ? [] : ['process'];
  return {
    name: subject.name,
    title: subject.title,
    runtimes,
    goals: subject.goals,
    roles: [...new Set(nodes.map(({ role }) => role))],
    aliases: subject.aliases,
    nodes: nodes.map(({ name }) => name),
    faults: supportOn(subject.faults, runtimes),
  };
}

/** A fault with the subjects that it adds itself to; what a built-in subject runs on is for the catalogue to say. */
export function addedFault(
  fault: GivenFault,
  runtimesOf: (subject: string) => readonly RuntimeName[],
): AddedFault {
  const on = Object.entries(fault.on).map(([subject, support]) => [
    subject,
    { horizonSeconds: support.horizonSeconds, runtimes: support.runtimes ?? runtimesOf(subject) },
  ]);
  // The schema was checked to be one of parameters; what it gives is plain data.
  return { ...fault, params: fault.params as AddedFault['params'], on: Object.fromEntries(on) };
}

function supportOn(
  given: GivenSubject['faults'],
  runtimes: readonly RuntimeName[],
): Record<string, SupportedFault> {
  return Object.fromEntries(
    Object.entries(given).map(([fault, support]) => [
      fault,
      { horizonSeconds: support.horizonSeconds, runtimes: support.runtimes ?? runtimes },
    ]),
  );
}
