import { paramsJsonSchema } from '@ordeal/catalogue';
import type { FaultEntry } from '@ordeal/core';
import { chaosFields } from '../fields.ts';
import { type JsonSchema, mappingSchema, when } from './json-schema.ts';

/** One entry of `chaos_types`, with the parameters of its type. Which types and targets there are, the subjects say. */
export function chaosEntrySchema(faults: readonly FaultEntry[]): JsonSchema {
  return {
    ...mappingSchema(chaosFields),
    allOf: faults.map((fault) =>
      when({ properties: { type: { const: fault.type } }, required: ['type'] }, faultRule(fault)),
    ),
  };
}

function faultRule(fault: FaultEntry): JsonSchema {
  const { $schema: _, ...params } = paramsJsonSchema(fault);
  const isEvent = eventCondition(fault, params);
  return {
    properties: {
      params: { ...params, title: fault.title, description: `Of ${fault.type}. Each has a default.` },
    },
    // There is nothing to lift early of what happens once.
    ...(isEvent && when(isEvent, { properties: { duration_seconds: false } })),
  };
}

/** When an entry of this type happens once; undefined: never. */
function eventCondition({ kind }: FaultEntry, params: JsonSchema): JsonSchema | undefined {
  if (kind === 'condition') return undefined;
  if (kind === 'event') return {};
  const { param, kinds } = kind;
  const values = Object.keys(kinds).filter((value) => kinds[value] === 'event');
  const isValue: JsonSchema = { properties: { [param]: { enum: values } } };
  const schema = params.properties?.[param];
  const isDefault = typeof schema === 'object' && values.includes(String(schema.default));
  return isDefault
    ? { properties: { params: isValue } }
    : { properties: { params: { ...isValue, required: [param] } }, required: ['params'] };
}
