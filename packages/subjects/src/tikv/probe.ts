import type { Observer, SubjectProbe } from '@ordeal/core';
import { captureState } from './capture.ts';
import { createHttpReader } from './http-reader.ts';
import { pingPlacementDriver, pingStore } from './ping.ts';
import { createPlacementDriver, OWN_ANSWER_HEADERS } from './placement-driver.ts';
import { rolesNow } from './roles.ts';
import { STORES } from './topology.ts';
import { wholeness } from './wholeness.ts';

/**
 * Eyes on one instance, beside all links. There is no `transfer`: neither PD nor TiKV gives back what it is sent, so
 * nobody could see that a link's rate is limited.
 */
export function openProbe(observer: Observer): SubjectProbe {
  const own = createHttpReader(OWN_ANSWER_HEADERS);
  const reader = createHttpReader({});
  const parts = {
    observer,
    reader,
    placementDriver: createPlacementDriver(observer, { own, leader: reader }),
  };
  return {
    whole: (signal) => wholeness(parts, signal),
    roles: (signal) => rolesNow(parts, signal),
    capture: (signal) => captureState(parts, signal),
    ping: (node, address, signal) =>
      STORES.some((store) => store === node)
        ? pingStore(address, signal)
        : pingPlacementDriver(address, signal),
    async close() {
      own.close();
      reader.close();
    },
  };
}
