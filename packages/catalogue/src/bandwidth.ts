import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

/** Slower, and no probe of a look's length could tell a slow link from a cut one. */
const MIN_KBIT = 16;
/** Faster, and a busy machine could not show that it would carry more without the limit. */
const MAX_KBIT = 20_000;

export const bandwidthParams = z.strictObject({
  kbit: integerBetween(MIN_KBIT, MAX_KBIT).default(1_000).meta({
    title: 'Rate, in kilobits a second',
    description:
      'What each link of the node carries in each direction: kilobits (1,000 bits) of payload a second.',
  }),
});

export type BandwidthParams = z.infer<typeof bandwidthParams>;

export const bandwidth: FaultEntry = {
  type: 'bandwidth',
  title: "Limit what a node's network carries",
  kind: 'condition',
  params: bandwidthParams,
};
