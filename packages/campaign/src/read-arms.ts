import { type JsonObject, NAME_PATTERN } from '@ordeal/core';
import { notOneOf, type Path, readFields, reportAt, type Site, shown } from '@ordeal/validation';
import type { ArmSpec } from './config.ts';
import { armFields } from './fields.ts';
import type { CampaignRules } from './resolve-campaign.ts';

type ArmRules = Pick<CampaignRules, 'knownOperators' | 'whyNotSettings'>;

/** The arms as they are listed: an operator's name, or a mapping. What is wrong is reported and left out. */
export function readArms(site: Site, values: readonly unknown[], rules: ArmRules): ArmSpec[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const path = ['arms', index];
    const arm = readArm(site, path, value, rules);
    if (arm === undefined) return [];
    if (seen.has(arm.name)) {
      reportAt(site, path, () => `the arm ${shown(arm.name)} is listed twice: give each a name of its own`);
    }
    seen.add(arm.name);
    return [arm];
  });
}

function readArm(
  site: Site,
  path: Path,
  value: unknown,
  { knownOperators: known, whyNotSettings }: ArmRules,
): ArmSpec | undefined {
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
  const arm = { name, operator, settings: settings as JsonObject };
  const why = whyNotSettings(operator, arm.settings);
  if (why !== undefined) reportAt(site, [...path, 'settings'], () => why);
  return arm;
}

/** Reports an operator that nobody knows. */
export function checkOperator(site: Site, path: Path, operator: string, known: readonly string[]): boolean {
  if (known.includes(operator)) return true;
  reportAt(site, path, () => notOneOf(`the operator ${shown(operator)} is not known`, operator, known));
  return false;
}
