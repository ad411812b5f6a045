import { type JsonObject, NO_OPERATOR } from '@ordeal/core';
import type { Campaign, Trial } from '@ordeal/store';
import { z } from 'zod';

/** A stored campaign that was enqueued without arms has none. */
const arms = z.array(
  z.object({
    name: z.string(),
    operator: z.string(),
    settings: z.record(z.string(), z.json()) as z.ZodType<JsonObject>,
  }),
);

/** Who is expected to repair in this trial, and how it is set: what its arm says, or its arm itself. */
export function operatorOf(
  campaign: Pick<Campaign, 'config'>,
  trial: Pick<Trial, 'arm' | 'baseline'>,
): { readonly operator: string; readonly settings: JsonObject } {
  if (trial.baseline) return { operator: NO_OPERATOR, settings: {} };
  const arm = arms.safeParse(campaign.config.arms).data?.find(({ name }) => name === trial.arm);
  return arm ?? { operator: trial.arm, settings: {} };
}
