import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

/** Less, and a look would take hundreds of pings to tell a lossy link from a healthy one. */
const MIN_PERCENT = 10;

export const packetLossParams = z.strictObject({
  percent: integerBetween(MIN_PERCENT, 100).default(30).meta({
    title: 'Loss, in percent',
    description: 'How many of the packets on each link of the node are lost, in each direction.',
  }),
});

export type PacketLossParams = z.infer<typeof packetLossParams>;

export const packetLoss: FaultEntry = {
  type: 'packet_loss',
  title: "Lose some of a node's packets",
  kind: 'condition',
  params: packetLossParams,
  impossibleOn: {
    // What a proxy can do is stall a stream as its author thinks that TCP would. That would measure the author.
    process: 'links there are TCP proxies, which carry streams and have no packets to lose',
  },
};
