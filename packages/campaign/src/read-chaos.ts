import { faultKind } from '@ordeal/catalogue';
import { type Catalogue, type FaultKind, type JsonObject, NO_FAULT } from '@ordeal/core';
import { checkValue, notOneOf, type Path, readFields, reportAt, type Site, shown } from '@ordeal/validation';
import type { ChaosSpec } from './config.ts';
import { chaosFields } from './fields.ts';

/** An entry of `chaos_types` as far as it could be read without looking at subjects. */
export interface ChaosEntry {
  readonly path: Path;
  readonly type: string | undefined;
  readonly target: string | undefined;
  /** Undefined when anything about the entry is wrong: then no cell is made of it. */
  readonly chaos: { readonly spec: ChaosSpec; readonly kind: FaultKind } | undefined;
}

/** Checks one entry against the catalogue's faults: its type, and its parameters by that fault's own schema. */
export function readChaos(site: Site, path: Path, value: unknown, catalogue: Catalogue): ChaosEntry {
  const fields = readFields(site, path, value, chaosFields);
  const type = fields?.type === undefined ? undefined : knownType(site, path, fields.type, catalogue);
  const nothing = { path, type, target: fields?.target, chaos: undefined };
  const fault = type === undefined ? undefined : catalogue.faults[type];
  if (fields?.params === undefined || type === undefined || fault === undefined) return nothing;

  const params = checkValue(site, [...path, 'params'], fields.params, fault.params);
  if (params === undefined) return nothing;
  const kind = faultKind(fault, params);
  const duration = fields.duration_seconds;
  if (duration !== undefined && kind === 'event') {
    reportAt(
      site,
      [...path, 'duration_seconds'],
      () => `is only for faults that last: this ${type} happens once, there is nothing to lift`,
    );
    return nothing;
  }
  if (fields.target === undefined) return nothing;
  const spec: ChaosSpec = {
    type,
    params,
    // Accepted by the fault's strict schema, so it holds nothing that is not plain data.
    params_as_written: fields.params as JsonObject,
    target: fields.target,
    ...(duration === undefined ? {} : { duration_seconds: duration }),
  };
  return { path, type, target: fields.target, chaos: { spec, kind } };
}

function knownType(site: Site, path: Path, type: string, catalogue: Catalogue): string | undefined {
  if (Object.hasOwn(catalogue.faults, type)) return type;
  reportAt(site, [...path, 'type'], () =>
    type === NO_FAULT
      ? 'none is not a chaos type: for trials without a fault, say include_baseline: true'
      : notOneOf(`unknown chaos type ${shown(type)}`, type, Object.keys(catalogue.faults)),
  );
  return undefined;
}
