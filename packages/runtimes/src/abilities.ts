import { ABILITIES, type Ability, type RuntimeName } from '@ordeal/core';
import { type EngineSettings, whyNoEngine } from './docker/why-not.ts';
import { whyNoTmpfs } from './process/tmpfs.ts';

/** What a runtime cannot do on this machine, each with the reason in words that fit behind "because". */
export type MissingAbilities = Readonly<Partial<Record<Ability, string>>>;

import { NO_LIMITS } from './process/no-limits.ts';

const NO_PACKETS = 'links there are TCP proxies, which carry streams and have no packets to lose';

/** Asks this machine, as this user: a worker that is started elsewhere may be able to do more. */
export async function missingAbilities(
  runtime: RuntimeName,
  docker: Pick<EngineSettings, 'engine'>,
): Promise<MissingAbilities> {
  switch (runtime) {
    case 'process': {
      const volumes = await whyNoTmpfs();
      return { packets: NO_PACKETS, limits: NO_LIMITS, ...(volumes === undefined ? {} : { volumes }) };
    }
    case 'docker': {
      const why = await whyNoEngine(docker);
      return why === undefined ? {} : Object.fromEntries(ABILITIES.map((ability) => [ability, why]));
    }
  }
}
