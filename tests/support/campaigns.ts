/** A campaign, on postgres unless said otherwise, that takes seconds: short windows, since no test needs a long one. */
export function shortCampaign(part: {
  subject?: string;
  chaos?: string;
  trials?: number;
  parallel?: number;
  extra?: string;
}): string {
  return `
name: test
subjects: [${part.subject ?? 'postgres'}]
chaos_types:
${part.chaos ?? '  - { type: node_kill, target: leader }'}
trials_per_combination: ${part.trials ?? 1}
parallel: ${part.parallel ?? 1}
hold_seconds: 1
settle_seconds: 1
timeout_seconds: 40
seed: 7
backoff_seconds: 1
${part.extra ?? ''}
`;
}
