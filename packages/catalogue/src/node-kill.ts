import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

export const nodeKillParams = z.strictObject({
  mode: z.enum(['crash', 'stop']).default('crash').meta({
    title: 'Mode',
    description:
      'crash: killed once, whoever supervises it may start it again. stop: it stays down until the fault is undone.',
  }),
});

export type NodeKillParams = z.infer<typeof nodeKillParams>;

/** A killed node that may come back is an event; one that is kept down lasts, and so can be lifted earlier. */
export const nodeKill: FaultEntry = {
  type: 'node_kill',
  title: 'Kill every process of a node at once',
  kind: { param: 'mode', kinds: { crash: 'event', stop: 'condition' } },
  params: nodeKillParams,
};
