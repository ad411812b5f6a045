import { targetWords } from '@ordeal/catalogue';
import type { FaultEntry, RuntimeName, SubjectEntry } from '@ordeal/core';
import { type JsonSchema, when } from './json-schema.ts';

/** What a campaign may say when this subject is among its subjects: so an editor offers only what all of them have. */
export function subjectRules(
  subject: SubjectEntry,
  faults: readonly FaultEntry[],
  isDefault: boolean,
): JsonSchema {
  const isListed: JsonSchema = {
    properties: { subjects: { contains: { const: subject.name } } },
    ...(isDefault ? {} : { required: ['subjects'] }),
  };
  return when(isListed, {
    properties: {
      runtime: { enum: [...subject.runtimes] },
      goal: { enum: [...subject.goals] },
      chaos_types: { items: { properties: { target: { enum: targetWords(subject) } } } },
    },
    allOf: [
      ...subject.runtimes.map((runtime) => supportedTypes(subject, runtime, faults)),
      ...horizonsOf(subject).map((horizon) => leastTimeout(subject, horizon)),
    ],
  });
}

function supportedTypes(
  subject: SubjectEntry,
  runtime: RuntimeName,
  faults: readonly FaultEntry[],
): JsonSchema {
  const supported = faults.filter(({ type }) => subject.faults[type]?.runtimes.includes(runtime));
  const type = {
    enum: supported.map(({ type }) => type),
    enumDescriptions: supported.map(({ title }) => title),
  };
  const rule: JsonSchema = { properties: { chaos_types: { items: { properties: { type } } } } };
  const [defaultRuntime, ...others] = subject.runtimes;
  if (others.length === 0) return rule;
  const isChosen: JsonSchema = { properties: { runtime: { const: runtime } } };
  return when(runtime === defaultRuntime ? isChosen : { ...isChosen, required: ['runtime'] }, rule);
}

function horizonsOf({ faults }: SubjectEntry): number[] {
  return [...new Set(Object.values(faults).map(({ horizonSeconds }) => horizonSeconds))];
}

/** The window under a fault must be open for as long as its effect may take to show. */
function leastTimeout({ faults }: SubjectEntry, horizonSeconds: number): JsonSchema {
  const types = Object.keys(faults).filter((type) => faults[type]?.horizonSeconds === horizonSeconds);
  const isOne: JsonSchema = { properties: { type: { enum: types } }, required: ['type'] };
  return when(
    { properties: { chaos_types: { contains: isOne } } },
    { properties: { timeout_seconds: { minimum: horizonSeconds } } },
  );
}
