import type { ClaimVerdict, OperatorRecord } from '@ordeal/core';
import { seconds } from './format.ts';

const VERDICTS: Readonly<Record<ClaimVerdict, string>> = {
  true_resolve: 'rightly claimed to have resolved it',
  premature_claim: 'claimed too early to have resolved it',
  false_resolve: 'claimed wrongly to have resolved it',
  silent_recovery: 'never said that it was over',
  undetected: 'never noticed anything',
  unclaimed: 'noticed it, and claimed nothing',
  nothing_to_claim: 'had nothing to claim',
};
const MENDED_BY = { operator: 'the operator', system: 'the system by itself', undo: 'our own undo' } as const;

/** What an operator did and said in one trial, and whether it was true. */
export function operatorReport(record: OperatorRecord): string {
  const { operator, claim, detectedMs, claimedResolvedMs, mendedBy } = record;
  const lines = [
    `Operator ${operator}: ${VERDICTS[claim]} (${claim})`,
    `  detected at ${seconds(detectedMs)}, claimed at ${seconds(claimedResolvedMs)}; mended by ${mendedBy === null ? 'nobody' : MENDED_BY[mendedBy]}`,
    `  acts on nodes that were not faulted: ${record.actsOnHealthyNodes}; nodes that died by it: ${record.nodesStopped}`,
    ...record.acts.map(
      ({ atMs, command, exitCode, by, repairs }) =>
        `  ${seconds(atMs).padStart(8)}  ${command.slice(0, 100)}${exitCode === null ? '' : ` (exit ${exitCode})`}${repairs ? '' : ', only looks'}${by === 'operator' ? ', as it says' : ''}`,
    ),
    ...record.notes.map((note) => `  note      ${JSON.stringify(note).slice(0, 160)}`),
  ];
  return lines.join('\n');
}
