import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

/**
 * A fault's parameters as JSON Schema (draft 7, which every editor knows), for editors and for what workers publish.
 * Rules between two fields are not in it.
 */
export function paramsJsonSchema(fault: FaultEntry): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(fault.params, { io: 'input', target: 'draft-7' });
}
