import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

const packetLossParams = z.strictObject({
  percent: integerBetween(1, 100).default(30).meta({
    title: 'Loss, in percent',
    description: 'How many of the packets to and from the node are lost.',
  }),
});

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
