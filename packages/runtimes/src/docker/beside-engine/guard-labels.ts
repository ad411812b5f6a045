import { PLACE_LABEL } from '../engine/labels.ts';

/** Marks the container of a guard, with the guard's name. */
export const GUARD_LABEL = 'ordeal.guard';
/** Marks the volume in which the guards of a place keep their journals. */
const JOURNALS_LABEL = 'ordeal.journals';

export function guardLabels(guard: string, place: string): Record<string, string> {
  return { [GUARD_LABEL]: guard, [PLACE_LABEL]: place };
}

export function journalLabels(place: string): Record<string, string> {
  return { [JOURNALS_LABEL]: '', [PLACE_LABEL]: place };
}
