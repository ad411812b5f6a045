import { GOALS, type JsonObject, NAME_PATTERN, RUNTIMES } from '@ordeal/core';
import { z } from 'zod';
import type { AddedFault, CatalogueAdditions } from './additions.ts';
import { paramsJsonSchema } from './params-json-schema.ts';

/** A catalogue entry as workers publish it, so that campaign files can be checked where its code is not. */
export interface PublishedEntry {
  readonly kind: 'subject' | 'fault' | 'operator';
  readonly name: string;
  readonly entry: JsonObject;
}

const name = z.string().regex(NAME_PATTERN);
const supported = z.record(
  name,
  z.object({ runtimes: z.array(z.enum(RUNTIMES)), horizonSeconds: z.number().nonnegative() }),
);
const subjectShape = z.object({
  name,
  title: z.string(),
  runtimes: z.array(z.enum(RUNTIMES)).min(1),
  goals: z.array(z.enum(GOALS)).min(1),
  roles: z.array(name),
  aliases: z.record(z.string(), name),
  nodes: z.array(z.string()),
  anyTarget: name.optional(),
  faults: supported,
});
const kind = z.enum(['event', 'condition']);
const faultShape = z.object({
  type: name,
  title: z.string(),
  kind: z.union([kind, z.object({ param: z.string(), kinds: z.record(z.string(), kind) })]),
  params: z.record(z.string(), z.unknown()),
  on: supported,
});

/** Everything that is added, as plain data: parameters become JSON Schema. Of operators the names are enough. */
export function toPublished(
  { subjects, faults }: CatalogueAdditions,
  operators: readonly string[] = [],
): PublishedEntry[] {
  return [
    ...operators.map((operator) => published('operator', operator, { name: operator })),
    ...subjects.map((subject) => published('subject', subject.name, subjectShape.parse(subject))),
    ...faults.map((fault) =>
      published('fault', fault.type, faultShape.parse({ ...fault, params: paramsJsonSchema(fault) })),
    ),
  ];
}

/** The way back. What cannot be read (a newer Ordeal wrote it) is left out: it is as unknown as what nobody published. */
export function fromPublished(entries: readonly PublishedEntry[]): CatalogueAdditions {
  const of = <T>(wanted: PublishedEntry['kind'], shape: z.ZodType<T>): T[] =>
    entries
      .filter((entry) => entry.kind === wanted)
      .flatMap(({ entry }) => {
        const read = shape.safeParse(entry);
        return read.success ? [read.data] : [];
      });
  return { subjects: of('subject', subjectShape), faults: of('fault', faultShape).flatMap(readFault) };
}

/** Operators that some worker has, or had. */
export function publishedOperators(entries: readonly PublishedEntry[]): string[] {
  return entries.filter(({ kind }) => kind === 'operator').map((entry) => entry.name);
}

function readFault({ params, ...fault }: z.infer<typeof faultShape>): AddedFault[] {
  try {
    const schema = z.fromJSONSchema(params as Parameters<typeof z.fromJSONSchema>[0]);
    return [{ ...fault, params: schema as z.ZodType<JsonObject> }];
  } catch {
    return [];
  }
}

function published(kind: PublishedEntry['kind'], entryName: string, entry: object): PublishedEntry {
  return { kind, name: entryName, entry: JSON.parse(JSON.stringify(entry)) };
}
