import type { JsonObject } from '@ordeal/core';
import type { Campaign, Trial } from '@ordeal/store';

/** Who is expected to repair in this trial: its arm is the operator's name. */
export function operatorOf(
  _campaign: Pick<Campaign, 'config'>,
  trial: Pick<Trial, 'arm'>,
): { readonly name: string; readonly settings: JsonObject } {
  return { name: trial.arm, settings: {} };
}
