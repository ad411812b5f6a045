import type { CellAnalysis, EvidenceBalance } from '@ordeal/analysis';
import type { Campaign } from '@ordeal/store';
import { colors } from '../terminal/colors.ts';
import { table } from '../terminal/table.ts';
import { bracketMs, counted, meanText, medianText, percent, pText, rateText } from './figures-text.ts';
import { seconds } from './format.ts';

/** Below this an imbalance is told as one. */
const ALPHA = 0.05;

/** A campaign's analysis for a person: tables of what was recorded, then what to think of it. */
export function analysisReport(
  campaign: Pick<Campaign, 'id' | 'name' | 'status' | 'seed'>,
  cells: readonly CellAnalysis[],
  evidence: EvidenceBalance,
): string {
  const parts = [
    `Campaign ${campaign.id}: ${campaign.name} (${campaign.status}, seed ${campaign.seed})`,
    outcomeTable(cells),
    ...operatorTable(cells),
    ...availabilityTable(cells),
    sentences(campaign, cells, evidence).join('\n'),
  ];
  return parts.join('\n\n');
}

function outcomeTable(cells: readonly CellAnalysis[]): string {
  const taus = new Set(cells.flatMap(({ recovery }) => recovery?.restrictedMean.tauMs ?? []));
  const [tauMs] = taus;
  return table(
    [
      'cell',
      'arm',
      'trials',
      'outcomes',
      'resolved',
      'median to recovery',
      taus.size === 1 ? `mean within ${seconds(tauMs)}` : 'mean',
    ],
    cells.map(({ recovery, ...cell }) => [
      cell.cell,
      cell.arm,
      String(cell.trials),
      outcomes(cell),
      rateText(cell.resolved),
      recovery ? medianText(recovery.median) : '-',
      recovery === null
        ? '-'
        : meanText(recovery.restrictedMean) +
          (taus.size === 1 ? '' : ` within ${seconds(recovery.restrictedMean.tauMs)}`),
    ]),
    { optional: severalArms(cells) ? [] : ['arm'] },
  );
}

function outcomes({
  outcomes: counts,
  failed,
  unfinished,
}: Pick<CellAnalysis, 'outcomes' | 'failed' | 'unfinished'>): string {
  const words = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome.replace('_', ' ')}`);
  if (failed > (counts.void ?? 0)) words.push(colors.red(`${failed - (counts.void ?? 0)} failed`));
  if (unfinished > 0) words.push(`${unfinished} not finished`);
  return words.join(', ') || '-';
}

function operatorTable(cells: readonly CellAnalysis[]): string[] {
  const judged = cells.flatMap((cell) => (cell.operator === null ? [] : [{ ...cell, by: cell.operator }]));
  if (judged.length === 0) return [];
  return [
    table(
      ['cell', 'arm', 'median to detect', 'true resolves', 'claims', 'mended by', 'commands', 'wrong node'],
      judged.map(({ cell, arm, detection, by }) => [
        cell,
        arm,
        detection ? medianText(detection.median) : '-',
        `${by.claims.true_resolve ?? 0} of ${by.trials}`,
        words(by.claims),
        words(by.mendedBy),
        `${by.commands} (${by.distinctCommands} distinct)`,
        by.nodesStopped === 0 ? String(by.onWrongNode) : `${by.onWrongNode}, stopped ${by.nodesStopped}`,
      ]),
    ),
  ];
}

function availabilityTable(cells: readonly CellAnalysis[]): string[] {
  const measured = cells.flatMap((cell) => (cell.availability ? [{ ...cell, load: cell.availability }] : []));
  if (measured.length === 0) return [];
  return [
    table(
      ['cell', 'arm', 'ok before', 'under', 'after', 'p99 before', 'under', 'after', 'longest outage'],
      measured.map(({ cell, arm, load: { before, under, after, longestOutageMs } }) => [
        cell,
        arm,
        ...[before, under, after].map(({ successRatio }) =>
          successRatio === null ? '-' : `${percent(successRatio)} %`,
        ),
        ...[before, under, after].map(({ p99Ms }) => (p99Ms === null ? '-' : `${p99Ms.toFixed(1)} ms`)),
        `${seconds(longestOutageMs.median)}, worst ${seconds(longestOutageMs.worst)}`,
      ]),
    ),
  ];
}

function sentences(
  { id, status }: Pick<Campaign, 'id' | 'status'>,
  cells: readonly CellAnalysis[],
  evidence: EvidenceBalance,
): string[] {
  const lines: string[] = [];
  const unfinished = cells.reduce((sum, cell) => sum + cell.unfinished, 0);
  if (unfinished > 0)
    lines.push(`${counted(unfinished, 'trial')} not finished (${status}): figures of the others.`);
  lines.push(...writesSentences(cells), ...evidenceSentences(evidence));
  lines.push(
    'Times from the fault, with 95 % intervals; who was not back in time counts as censored, and in the mean with all of it.',
  );
  const bracket = bracketMs(cells.map((cell) => cell.recovery));
  if (bracket > 0) lines.push(`Seen in samples: true times may be up to ${seconds(bracket)} shorter.`);
  const arms = [...new Set(cells.filter(({ baseline }) => !baseline).map(({ arm }) => arm))];
  if (arms.length > 1) {
    lines.push(`Compare arms with: pnpm ordeal compare ${id} --arms ${arms.slice(0, 2).join(' ')}`);
  }
  return lines;
}

function writesSentences(cells: readonly CellAnalysis[]): string[] {
  return cells.flatMap(({ cell, arm, writes }) => {
    if (writes === null || writes.lost === 0) return [];
    const trials = `${writes.trialsWithLoss} of ${counted(writes.checked, 'checked trial')}`;
    return [
      colors.red(
        `Lost writes: ${cell} (${arm}) lost ${writes.lost} of ${writes.acknowledged} acknowledged writes, in ${trials}.`,
      ),
    ];
  });
}

function evidenceSentences({ arms, withoutResult, lost }: EvidenceBalance): string[] {
  const missing = arms.filter((arm) => arm.withoutResult + arm.lost > 0);
  const lines = missing.map(
    (arm) =>
      `Without a result, ${arm.arm}: ${counted(arm.withoutResult, 'execution')} void or in error, ${arm.lost} lost.`,
  );
  for (const [what, test] of [
    ['void or in error', withoutResult],
    ['lost', lost],
  ] as const) {
    if (test === null || test.p > ALPHA) continue;
    lines.push(
      colors.yellow(
        `Executions are ${what} more often in one arm than in another (${pText(test.p)}): what is left of the arms is no fair comparison.`,
      ),
    );
  }
  return lines;
}

function words(counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([word, count]) => `${count} ${word.replaceAll('_', ' ')}`);
  return said.join(', ') || '-';
}

function severalArms(cells: readonly CellAnalysis[]): boolean {
  return new Set(cells.map(({ arm }) => arm)).size > 1;
}
