import { type JsonObject, type Operator, OrdealError } from '@ordeal/core';

/**
 * What the operator gets of the settings of its arm, with its defaults filled in.
 * @throws OrdealError BAD_INPUT when it takes no such ones: settings that nobody reads would make two arms of one
 */
export function acceptedSettings(operator: Operator, settings: JsonObject): JsonObject {
  if (operator.checkSettings !== undefined) return operator.checkSettings(settings);
  if (Object.keys(settings).length === 0) return settings;
  throw new OrdealError('BAD_INPUT', `the operator ${operator.name} takes no settings`);
}
