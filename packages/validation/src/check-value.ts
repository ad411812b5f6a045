import { z } from 'zod';
import { type Located, type Path, placeOf, placeOfKey } from './located.ts';
import type { Problems } from './problems.ts';
import { notOneOf, pathText, shown } from './wording.ts';

/** A place in the file to check, and where to report. */
export interface Site {
  readonly root: Located;
  readonly problems: Problems;
}

/** Reports at the value, or where it should have been. */
export function reportAt(site: Site, path: Path, message: () => string): void {
  const { line, column } = placeOf(site.root, path);
  site.problems.add(line, column, pathText(path), message);
}

export function reportUnknownKey(site: Site, path: Path, known: readonly string[]): void {
  const { line, column } = placeOfKey(site.root, path);
  site.problems.add(line, column, pathText(path), () => notOneOf('unknown key', path.at(-1), known));
}

/** The value as the schema has it, defaults filled in; undefined after reporting what is wrong with it. */
export function checkValue<T>(site: Site, path: Path, value: unknown, schema: z.ZodType<T>): T | undefined {
  const result = schema.safeParse(value, { error: (issue) => rule(issue) });
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const at = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) reportUnknownKey(site, [...at, key], keysAt(schema, issue.path));
    } else {
      reportAt(site, at, () => sentence(issue, valueAt(value, issue.path)));
    }
  }
  return undefined;
}

/** A rule in words that fit behind a path; a schema that knows better brings its own (`error`). */
function rule(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return 'is not valid';
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  // A rule between several fields speaks for itself, also when it points at one that was left to its default.
  if (issue.code === 'custom' && value === undefined) return issue.message;
  if (value === undefined) return 'is missing';
  if (value === null) return `has no value: ${issue.message.replace(/^must be/, 'it must be')}`;
  switch (issue.code) {
    case 'invalid_value':
      return notOneOf(`unknown word ${shown(value)}`, value, issue.values.map(String));
    case 'invalid_type':
    case 'too_big':
    case 'too_small':
      return issue.message.startsWith('must be') ? `${issue.message}, not ${shown(value)}` : issue.message;
    default:
      return issue.message;
  }
}

/** The keys of the mapping that the path leads to in the schema; none when it leads to something else. */
function keysAt(schema: unknown, path: Path): string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodObject) {
    return step === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(step)], rest);
  }
  if (step === undefined) return [];
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : [];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null && Object.hasOwn(here, step)
        ? (here as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}
