import type { FaultEntry, FaultKind, JsonObject } from '@ordeal/core';

/** Whether the fault, with these validated parameters, happens once or lasts until it is undone. */
export function faultKind(fault: FaultEntry, params: JsonObject): FaultKind {
  if (typeof fault.kind === 'string') return fault.kind;
  // What is not listed is treated as what lasts: an undo too many does no harm.
  return fault.kind.kinds[String(params[fault.kind.param])] ?? 'condition';
}
