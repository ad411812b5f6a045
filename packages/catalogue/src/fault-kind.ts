import type { FaultEntry, FaultKind, JsonObject } from '@ordeal/core';

/** Whether the fault, with these validated parameters, happens once or lasts until it is undone. */
export function faultKind(fault: FaultEntry, params: JsonObject): FaultKind {
  return typeof fault.kind === 'function' ? fault.kind(params) : fault.kind;
}
