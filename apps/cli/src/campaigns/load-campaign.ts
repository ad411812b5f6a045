import { type CampaignConfig, type LoadOptions, loadCampaignConfig } from '@ordeal/campaign';
import { BUILT_IN_OPERATORS, extendCatalogue, fromPublished, publishedOperators } from '@ordeal/catalogue';
import type { Settings } from '@ordeal/config';
import { describeError, NO_OPERATOR, OrdealError } from '@ordeal/core';
import { acceptedSettings, createOperators } from '@ordeal/operators';
import type { PublishedEntry } from '@ordeal/store';

/**
 * A campaign file checked against what is known here, and only if that does not do, against what workers elsewhere
 * have published: a file that needs none of it is checked without any database.
 *
 * @param published asks the database; undefined: there is none to ask
 * @throws OrdealError BAD_INPUT
 */
export async function loadCampaign(
  file: string,
  settings: Settings,
  options: {
    skipUnsupported: boolean;
    /** The operators of a file that names none, one arm each; default: nobody. */
    defaultArms?: readonly string[];
    published?: (() => Promise<readonly PublishedEntry[]>) | undefined;
  },
): Promise<CampaignConfig> {
  const { published, skipUnsupported, defaultArms = [NO_OPERATOR] } = options;
  const knownOperators = [...BUILT_IN_OPERATORS, ...Object.keys(settings.operators)];
  const rules = {
    maxParallel: settings.maxParallel,
    skipUnsupported,
    knownOperators,
    defaultArms,
    whyNotSettings: settingsCheck(settings),
  };
  const { catalogue } = settings.repertoire;
  try {
    return await loadCampaignConfig(file, catalogue, rules);
  } catch (error) {
    const mayBeElsewhere = error instanceof OrdealError && isAboutContent(error) && published !== undefined;
    const entries = mayBeElsewhere ? await published() : [];
    if (entries.length === 0) throw error;
    return await loadCampaignConfig(file, extendCatalogue(catalogue, fromPublished(entries)), {
      ...rules,
      knownOperators: [...new Set([...knownOperators, ...publishedOperators(entries)])],
    });
  }
}

/** Not of a file that cannot even be read. */
function isAboutContent({ code, details }: OrdealError): boolean {
  return code === 'BAD_INPUT' && Array.isArray(details.problems) && details.problems.length > 0;
}

/** By the operators that have their code here: what workers elsewhere run is checked when a trial calls it. */
function settingsCheck({ operators, file }: Settings): NonNullable<LoadOptions['whyNotSettings']> {
  const operatorOf = createOperators({ commands: operators, settingsFile: file, operatorDb: undefined });
  return (name, given) => {
    const operator = operatorOf(name);
    try {
      if (operator !== undefined) acceptedSettings(operator, given);
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  };
}
