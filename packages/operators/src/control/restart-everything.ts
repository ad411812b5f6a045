import type { Operator } from '@ordeal/core';

/** Restarts every node, well or not: what it repairs is repaired, and what it damages on the way has to show. */
export const restartEverything: Operator = {
  name: 'restart-everything',
  async engage({ backstage, handles, incident, tell, signal }) {
    await backstage.untilItHurts();
    tell({ kind: 'detected' });
    for (const { name } of incident.nodes) {
      signal.throwIfAborted();
      await handles.restart(name);
    }
    await backstage.untilWell();
    tell({ kind: 'claimed_resolved' });
  },
};
