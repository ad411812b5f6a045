import { type JsonObject, NAME_PATTERN } from '@ordeal/core';
import { notOneOf, type Path, readFields, reportAt, type Site, shown } from '@ordeal/validation';
import type { ArmSpec } from './config.ts';
import { armFields } from './fields.ts';

/** The arms as they are listed: an operator's name, or a mapping. What is wrong is reported and left out. */
export function readArms(site: Site, values: readonly unknown[], known: readonly string[]): ArmSpec[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const path = ['arms', index];
    const arm = readArm(site, path, value, known);
    if (arm === undefined) return [];
    if (seen.has(arm.name)) {
      reportAt(site, path, () => `the arm ${shown(arm.name)} is listed twice: give each a name of its own`);
    }
    seen.add(arm.name);
    return [arm];
  });
}

function readArm(site: Site, path: Path, value: unknown, known: readonly string[]): ArmSpec | undefined {
  if (typeof value === 'string') {
    return checkOperator(site, path, value, known)
      ? { name: value, operator: value, settings: {} }
      : undefined;
  }
  const fields = readFields(site, path, value, armFields);
  if (fields?.operator === undefined) return undefined;
  const { operator, name = operator, settings = {} } = fields;
  if (!NAME_PATTERN.test(name)) {
    reportAt(site, [...path, 'name'], () => 'must be lower-case letters, digits, _ and -, a letter first');
    return undefined;
  }
  if (!checkOperator(site, [...path, 'operator'], operator, known)) return undefined;
  // The YAML parser yields nothing but plain data; the numbers that JSON lacks were refused with the fields.
  return { name, operator, settings: settings as JsonObject };
}

/** Reports an operator that nobody knows. */
export function checkOperator(site: Site, path: Path, operator: string, known: readonly string[]): boolean {
  if (known.includes(operator)) return true;
  reportAt(site, path, () => notOneOf(`the operator ${shown(operator)} is not known`, operator, known));
  return false;
}
