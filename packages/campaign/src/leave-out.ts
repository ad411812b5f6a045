import type { CampaignConfig, SkippedCell } from './config.ts';

/**
 * The campaign without the cells that somebody has a reason not to run; what is left out says so in `skipped`. A
 * baseline goes with the last fault of its subject: it would compare with nothing.
 *
 * @param whyNot the reason, of a `subject/runtime/fault`; undefined: the cell is run
 */
export function leaveOut(
  config: CampaignConfig,
  whyNot: (need: string) => string | undefined,
): CampaignConfig {
  const skipped: SkippedCell[] = [];
  const able = config.cells.filter((cell) => {
    const why = whyNot(`${cell.subject}/${cell.runtime}/${cell.chaos_type}`);
    if (why !== undefined) skipped.push({ cell: cell.cell, why });
    return why === undefined;
  });
  const broken = new Set(able.filter((cell) => !cell.baseline).map((cell) => cell.subject));
  const cells = able.filter((cell) => {
    const isKept = broken.has(cell.subject);
    if (!isKept) skipped.push({ cell: cell.cell, why: `no fault of ${cell.subject} is left` });
    return isKept;
  });
  return { ...config, cells, skipped: [...config.skipped, ...skipped] };
}
