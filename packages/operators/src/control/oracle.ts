import type { Operator } from '@ordeal/core';

/** Knows what was done and undoes it as soon as it hurts: nobody can repair faster. The ceiling. */
export const oracle: Operator = {
  name: 'oracle',
  async engage({ backstage, tell }) {
    await backstage.untilItHurts();
    tell({ kind: 'detected' });
    await backstage.undoFault();
    await backstage.untilWell();
    tell({ kind: 'claimed_resolved' });
  },
};
