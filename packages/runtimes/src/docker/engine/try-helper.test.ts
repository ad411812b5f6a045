import { expect, test } from 'vitest';
import { trialIn } from './try-helper.ts';

test('what works is told from what does not, with what was said against it', () => {
  const said = [
    'iptables-nft ok ',
    "iptables-legacy iptables-legacy-restore v1.8.9: can't initialize table `filter' ",
    'netem Error: Specified qdisc kind is unknown. ',
    '',
  ];
  expect(trialIn(said.join('\r\n'))).toEqual({
    packetFilters: ['nft'],
    hasNetem: false,
    refusals: [
      "iptables-legacy: iptables-legacy-restore v1.8.9: can't initialize table `filter'",
      'netem: Error: Specified qdisc kind is unknown.',
    ],
  });
  expect(trialIn('')).toEqual({ packetFilters: [], hasNetem: false, refusals: [] });
});
