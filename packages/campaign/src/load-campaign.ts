import { BUILT_IN_OPERATORS, builtInCatalogue } from '@ordeal/catalogue';
import { type Catalogue, NO_OPERATOR } from '@ordeal/core';
import { Problems } from '@ordeal/validation';
import type { CampaignConfig } from './config.ts';
import { parseYaml } from './parse-yaml.ts';
import { readCampaignFile } from './read-campaign-file.ts';
import { type CampaignRules, resolveCampaign } from './resolve-campaign.ts';

export interface LoadOptions {
  /** The largest `parallel` this installation allows. Lower: campaigns take longer. Higher: they may starve each other, and the machine. */
  readonly maxParallel?: number;
  /** Operators that a campaign may name. */
  readonly knownOperators?: readonly string[];
  /** Why an operator does not take these settings; undefined: it does. Default: what cannot be checked here is taken. */
  readonly whyNotSettings?: CampaignRules['whyNotSettings'];
  /** The operators of a file that names none, one arm each. Default `none` alone. */
  readonly defaultArms?: readonly string[];
  /** Leave out what a subject does not support, and say so in `skipped`, instead of refusing the file. Default false. */
  readonly skipUnsupported?: boolean;
}

/** Where no {@link LoadOptions} say otherwise. */
export const DEFAULT_RULES: CampaignRules = {
  maxParallel: 10,
  knownOperators: BUILT_IN_OPERATORS,
  whyNotSettings: () => undefined,
  defaultArms: [NO_OPERATOR],
  skipUnsupported: false,
};

/**
 * Loads and checks a campaign file: defaults filled in, names resolved, the seed drawn if the file has none.
 * Nothing is written and nothing is contacted.
 *
 * @throws OrdealError BAD_INPUT with one line per problem, `file:line:col: path: problem`; `details.problems` has
 * the same as data, and is empty when the file could not even be read.
 *
 * @example const config = await loadCampaignConfig('campaigns/quickstart.yaml');
 */
export async function loadCampaignConfig(
  path: string,
  catalogue: Catalogue = builtInCatalogue,
  options: LoadOptions = {},
): Promise<CampaignConfig> {
  return parseCampaignConfig(await readCampaignFile(path), path, catalogue, options);
}

/** The same from text already at hand; `file` is the name that the problems begin with. @throws OrdealError BAD_INPUT. */
export function parseCampaignConfig(
  source: string,
  file: string,
  catalogue: Catalogue = builtInCatalogue,
  options: LoadOptions = {},
): CampaignConfig {
  const problems = new Problems(file);
  const root = parseYaml(source, problems);
  const campaign = root && resolveCampaign({ root, problems }, catalogue, { ...DEFAULT_RULES, ...options });
  problems.throwIfAny();
  if (campaign === undefined) throw new Error('a campaign without problems is complete');
  return { file, source, ...campaign };
}
