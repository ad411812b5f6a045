import type { Comparison } from '@ordeal/analysis';
import { colors } from '../terminal/colors.ts';
import { table } from '../terminal/table.ts';
import { counted, meanText, percent, pText, rateText, spanText } from './figures-text.ts';
import { seconds } from './format.ts';

/** Below this an imbalance is told as one. */
const ALPHA = 0.05;

/** A comparison for a person: figures side by side, then the verdict as a sentence. */
export function comparisonReport(comparison: Comparison): string {
  const { first, second, paired, count, trials } = comparison;
  const how = paired
    ? `in ${counted(count, 'pair')} (same seed: the same draws on both sides)`
    : `unpaired, ${trials.first} and ${counted(trials.second, 'trial')} (other seeds: other draws)`;
  const color = { better: colors.green, worse: colors.red, alike: colors.green, undecided: colors.yellow };
  return [
    `${second} against ${first}, ${how}`,
    figureTable(comparison),
    [...notes(comparison), color[comparison.verdict.word](verdictSentence(comparison))].join('\n'),
  ].join('\n\n');
}

/** The verdict in plain words. */
export function verdictSentence(comparison: Comparison): string {
  const { first, second, tauMs, times, verdict, paired } = comparison;
  const away = `away in the first ${seconds(tauMs)}`;
  const more = `about ${counted(verdict.moreTrials ?? 0, paired ? 'more pair' : 'more trial')}${paired ? '' : ' an arm'}`;
  if (times === null) return `Not enough trials: ${more} before anything can be shown.`;
  const { interval, differenceMs } = times;
  switch (verdict.word) {
    case 'better':
      return `${second} is better: its goal was ${away} for ${seconds(-differenceMs)} less than ${first}'s, on average (${spanText({ low: -interval.high, high: -interval.low })} less).`;
    case 'worse':
      return `${second} is worse: its goal was ${away} for ${seconds(differenceMs)} longer than ${first}'s, on average (${spanText(interval)} longer).`;
    case 'alike':
      return `${second} and ${first} are alike: if there is a difference, it is smaller than ${seconds(verdict.marginMs)}, a fifth of ${first}'s time away.`;
    case 'undecided': {
      const seen = Math.max(Math.abs(differenceMs), verdict.marginMs);
      const all =
        verdict.moreTrials === null
          ? ''
          : `: ${more} would show a difference of ${seconds(seen)}, if it is there`;
      return `Not enough trials to tell ${second} from ${first}${all}.`;
    }
  }
}

function figureTable({ first, second, tauMs, rates, times, logRank }: Comparison): string {
  const rows = [
    [
      `goal met by ${seconds(tauMs)}`,
      rateText(rates.first),
      rateText(rates.second),
      rates.interval === null || rates.difference === null
        ? '-'
        : `${points(rates.difference)} points (${points(rates.interval.low)} to ${points(rates.interval.high)})`,
      rates.p === null ? '' : `${RATE_TESTS[rates.method]}, ${pText(rates.p)}`,
    ],
  ];
  if (times !== null) {
    const { interval, differenceMs, method } = times;
    rows.push([
      'mean time away',
      meanText(times.first),
      meanText(times.second),
      `${signed(differenceMs)} s (${signed(interval.low)} to ${signed(interval.high)} s)`,
      method === 'variance' ? 'by variance' : `swapped pairs, ${pText(times.p ?? 1)}`,
    ]);
  }
  if (logRank !== null) {
    rows.push([
      'whole curve',
      '',
      '',
      '',
      `log-rank by cell ${logRank.chiSquare.toFixed(2)}, ${pText(logRank.p)}`,
    ]);
  }
  return table(['', first, second, 'difference', ''], rows);
}

const RATE_TESTS = {
  'mcnemar-exact': 'McNemar exact',
  'fisher-exact': 'Fisher exact',
  'chi-square': 'chi-square',
};

function notes({ leftOut, unmatched, withoutEvidence, balance, first, second }: Comparison): string[] {
  const lines = leftOut.map(({ cell, why }) => `Left out: ${cell} (${why}).`);
  if (unmatched > 0) lines.push(`Without a partner on the other side: ${counted(unmatched, 'trial')}.`);
  const missing = withoutEvidence.first.count + withoutEvidence.second.count;
  if (missing > 0) {
    const { first: one, second: two } = withoutEvidence;
    lines.push(
      `Without evidence: ${one.count} of ${one.of} of ${first}, ${two.count} of ${two.of} of ${second}.`,
    );
  }
  if (balance !== null && balance.p <= ALPHA) {
    lines.push(`That is uneven (${pText(balance.p)}): what is left is no fair comparison.`);
  }
  return lines;
}

function points(share: number): string {
  return `${share > 0 ? '+' : share < 0 ? '-' : ''}${percent(Math.abs(share))}`;
}

function signed(ms: number): string {
  const text = (Math.abs(ms) / 1000).toFixed(1);
  return Number(text) === 0 ? text : `${ms < 0 ? '-' : '+'}${text}`;
}
