import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';
import { integerBetween } from './integer-between.ts';

/** A minute: beyond it a link is rather cut than slow, and no client library waits so long. */
const MAX_LATENCY_MS = 60_000;

export const latencyParams = z
  .strictObject({
    min_ms: integerBetween(0, MAX_LATENCY_MS).default(50).meta({
      title: 'Least delay, in ms',
      description:
        'Added round-trip time, drawn uniformly between this and max_ms for each packet or chunk. Not above max_ms.',
    }),
    max_ms: integerBetween(0, MAX_LATENCY_MS).default(150).meta({
      title: 'Most delay, in ms',
      description:
        'Added round-trip time at most. Too low: lost in the noise. Too high: clients run into their own time-outs, as with a cut link.',
    }),
  })
  .refine((params) => params.min_ms <= params.max_ms, {
    path: ['min_ms'],
    error: ({ input }) => {
      const { min_ms, max_ms } = input as { min_ms: number; max_ms: number };
      return `must not be above max_ms: ${min_ms} is above ${max_ms}`;
    },
  });

export type LatencyParams = z.infer<typeof latencyParams>;

export const latency: FaultEntry = {
  type: 'latency',
  title: "Slow down a node's network",
  kind: 'condition',
  params: latencyParams,
};
