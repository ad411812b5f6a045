import { randomInt } from 'node:crypto';
import type { Catalogue, JsonObject } from '@ordeal/core';
import { readFields, reportAt, type Site } from '@ordeal/validation';
import { buildMatrix } from './cells.ts';
import { checkFault, checkTarget } from './check-support.ts';
import type { ArmSpec, CampaignConfig, CellSpec } from './config.ts';
import { countTrials } from './expand.ts';
import { campaignFields, MAX_TRIALS } from './fields.ts';
import { checkOperator, readArms } from './read-arms.ts';
import { readChaos } from './read-chaos.ts';
import { readSubjects } from './read-subjects.ts';

/** Short enough to be typed again. */
const DRAWN_SEEDS = 2 ** 31;

export interface CampaignRules {
  readonly maxParallel: number;
  readonly knownOperators: readonly string[];
  /** Why an operator does not take these settings; undefined: it does, or its code is elsewhere. */
  readonly whyNotSettings: (operator: string, settings: JsonObject) => string | undefined;
  /** The operators of a file that names none, one arm each. */
  readonly defaultArms: readonly string[];
  /** Combinations that the catalogue does not have are left out instead of refused. */
  readonly skipUnsupported: boolean;
}

/**
 * A campaign from the values of its file. Every check runs that still can after the others; all that is wrong is
 * with `site.problems` when this returns undefined.
 */
export function resolveCampaign(
  site: Site,
  catalogue: Catalogue,
  rules: CampaignRules,
): Omit<CampaignConfig, 'file' | 'source'> | undefined {
  if (site.root.value === null) {
    reportAt(site, [], () => 'the file is empty: a campaign needs at least name and chaos_types');
    return undefined;
  }
  const fields = readFields(site, [], site.root.value, campaignFields(rules.maxParallel));
  if (fields === undefined) return undefined;
  const { subjects = [], chaos_types = [], trials_per_combination, timeout_seconds } = fields;

  const chosen = readSubjects(site, subjects, { runtime: fields.runtime, goal: fields.goal }, catalogue);
  const entries = chaos_types.map((value, index) =>
    readChaos(site, ['chaos_types', index], value, catalogue),
  );
  for (const entry of entries) {
    for (const subject of chosen) {
      if (!rules.skipUnsupported) checkFault(site, entry, subject, catalogue);
      checkTarget(site, entry, subject);
    }
  }
  const arms = readOperators(site, fields, rules);
  const { cells, skipped } = buildMatrix(chosen, entries, catalogue, {
    arms,
    baseline: fields.include_baseline ?? false,
  });
  if (timeout_seconds !== undefined) checkTimeout(site, timeout_seconds, cells);
  if (rules.skipUnsupported && cells.length === 0 && skipped.length > 0) {
    reportAt(site, ['chaos_types'], () => 'no subject supports any of these: nothing would be left to run');
  }
  if (trials_per_combination !== undefined) checkCount(site, { cells, trials_per_combination });

  const { runtime, goal, seed = randomInt(DRAWN_SEEDS), ...rest } = fields;
  const settings = { ...rest, seed, operator: arms[0]?.operator, arms };
  if (site.problems.any || !complete(settings)) return undefined;
  return {
    ...settings,
    chaos_types: entries.flatMap(({ chaos }) => chaos?.spec ?? []),
    runtimes: Object.fromEntries(cells.map((cell) => [cell.subject, cell.runtime])),
    goals: Object.fromEntries(cells.map((cell) => [cell.subject, cell.goal])),
    cells,
    skipped,
  };
}

/** Every field was read: each one that was not has been reported. */
function complete<T extends object>(fields: T): fields is { [Key in keyof T]-?: Exclude<T[Key], undefined> } {
  return Object.values(fields).every((value) => value !== undefined);
}

/** Who is to repair: the arms, or else the one operator. */
function readOperators(
  site: Site,
  { operator, arms }: { operator?: string | undefined; arms?: readonly unknown[] | undefined },
  rules: CampaignRules,
): ArmSpec[] {
  if (arms !== undefined && operator !== undefined) {
    reportAt(site, ['operator'], () => 'must be left out where there are arms: name it among them');
  }
  if (arms !== undefined) return readArms(site, arms, rules);
  if (operator !== undefined) checkOperator(site, ['operator'], operator, rules.knownOperators);
  const names = operator === undefined ? rules.defaultArms : [operator];
  return names.map((name) => ({ name, operator: name, settings: {} }));
}

/** A window that closes before the goal can have broken finds nothing, whatever happens. */
function checkTimeout(site: Site, timeoutSeconds: number, cells: readonly CellSpec[]): void {
  const [slowest] = cells.toSorted((a, b) => b.horizon_seconds - a.horizon_seconds);
  if (slowest === undefined || timeoutSeconds >= slowest.horizon_seconds) return;
  reportAt(
    site,
    ['timeout_seconds'],
    () =>
      `must be at least ${slowest.horizon_seconds}, the horizon of ${slowest.cell}: ` +
      `after ${timeoutSeconds} s its effect may be still to come`,
  );
}

function checkCount(site: Site, config: Pick<CampaignConfig, 'cells' | 'trials_per_combination'>): void {
  const count = countTrials(config);
  if (count <= MAX_TRIALS) return;
  reportAt(
    site,
    ['trials_per_combination'],
    () => `makes ${count} trials: at most ${MAX_TRIALS} are possible`,
  );
}
