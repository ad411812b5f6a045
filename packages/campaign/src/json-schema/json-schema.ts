import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The schema of a mapping with known keys. */
interface MappingSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: string[];
  readonly additionalProperties: false;
}

/** What the fields of a mapping may be, each by itself. What zod cannot say in JSON Schema is left open. */
export function mappingSchema(fields: z.ZodRawShape): MappingSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(z.strictObject(fields), {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  // A strict object has this shape.
  return schema as unknown as MappingSchema;
}

/** The rule holds where the condition does. */
export function when(condition: JsonSchema, rule: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise
  return { if: condition, then: rule };
}
