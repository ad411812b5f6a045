import { cellWithoutArm, type RecordedTrial } from '@ordeal/analysis';
import type { Campaign } from '@ordeal/store';
import { z } from 'zod';

/**
 * Trials by cell, and within it by arm as the campaign file lists them: they ran in an order that was drawn, and whoever
 * reads figures expects the same one in each cell.
 */
export function orderByArm<T extends RecordedTrial>(
  trials: readonly T[],
  { config }: Pick<Campaign, 'config'>,
): T[] {
  const listed = storedArms.safeParse(config.arms);
  const names = listed.success ? listed.data.map(({ name }) => name) : [];
  const cells = Map.groupBy(trials, ({ cell }) => cellWithoutArm(cell));
  return [...cells.values()].flatMap((own) =>
    own.toSorted((a, b) => names.indexOf(a.arm) - names.indexOf(b.arm)),
  );
}

/** A campaign from before there were arms has no such list. */
const storedArms = z.array(z.object({ name: z.string() }));
