import { setTimeout as delay } from 'node:timers/promises';
import type { Operator } from '@ordeal/core';

/** Long enough for what heals by itself; what does not is said to be well all the same. */
const CLAIMS_WITHIN_MS = 5_000;

/** Says that all is well, and does nothing: whoever believes operators gives it the best marks of all. */
export const claimOnly: Operator = {
  name: 'claim-only',
  async engage({ backstage, tell, signal }) {
    await backstage.untilItHurts();
    tell({ kind: 'detected' });
    await Promise.race([backstage.untilWell(), delay(CLAIMS_WITHIN_MS, undefined, { signal })]);
    tell({ kind: 'claimed_resolved' });
  },
};
