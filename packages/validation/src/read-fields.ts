import type { z } from 'zod';
import { checkValue, reportAt, reportUnknownKey, type Site } from './check-value.ts';
import type { Path } from './located.ts';
import { shown } from './wording.ts';

/** What could be read: a field that is wrong is missing here, and reported. */
export type FieldValues<Shape extends z.ZodRawShape> = { [Key in keyof Shape]?: z.output<Shape[Key]> };

/**
 * The fields of a mapping, each checked on its own: a mistake in one must not keep the others from being checked
 * against each other.
 */
export function readFields<Shape extends z.ZodRawShape>(
  site: Site,
  path: Path,
  value: unknown,
  shape: Shape,
): FieldValues<Shape> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reportAt(
      site,
      path,
      () => `must be a mapping with the keys ${Object.keys(shape).join(', ')}, not ${shown(value)}`,
    );
    return undefined;
  }
  const written = new Map(Object.entries(value));
  for (const key of written.keys()) {
    if (!Object.hasOwn(shape, key)) reportUnknownKey(site, [...path, key], Object.keys(shape));
  }
  const values = Object.entries(shape).map(([key, schema]) => [
    key,
    checkValue(site, [...path, key], written.get(key), schema as z.ZodType),
  ]);
  // Each value comes from the schema of its key.
  return Object.fromEntries(values) as FieldValues<Shape>;
}
