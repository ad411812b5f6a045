import { builtInCatalogue, extendCatalogue } from '@ordeal/catalogue';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { expandCampaignMatrix } from './expand.ts';
import { leaveOut } from './leave-out.ts';
import { parseCampaignConfig } from './load-campaign.ts';

/** A fault that postgres has and tikv has not. */
const catalogue = extendCatalogue(builtInCatalogue, {
  subjects: [],
  faults: [
    {
      type: 'noise',
      title: 'Noise',
      kind: 'condition',
      params: z.strictObject({}),
      on: { postgres: { horizonSeconds: 1, runtimes: ['process'] } },
    },
  ],
});

const TEXT = `name: a
subjects: [postgres, tikv]
chaos_types:
  - {type: latency}
  - {type: noise}
  - {type: noise, target: leader}
include_baseline: true
`;

describe('what a subject does not support', () => {
  test('is refused, once an entry', () => {
    expect(() => parseCampaignConfig(TEXT, 'c.yaml', catalogue)).toThrow(
      /:5:12: .*tikv on docker does not support noise.*\n.*:6:12: /,
    );
  });

  test('is left out when asked to, under the name that it would have had', () => {
    const config = parseCampaignConfig(TEXT, 'c.yaml', catalogue, { skipUnsupported: true });
    expect(config.skipped).toEqual([
      { cell: 'tikv/noise', why: 'tikv on docker does not support noise' },
      { cell: 'tikv/noise.2', why: 'tikv on docker does not support noise' },
    ]);
    expect(config.cells.map(({ cell }) => cell)).toEqual([
      'postgres/latency',
      'postgres/noise',
      'postgres/noise.2',
      'tikv/latency',
      'postgres/none',
      'tikv/none',
    ]);
  });

  test('is refused all the same when nothing else is there', () => {
    const text = 'name: a\nchaos_types: [{type: noise}]\n';
    expect(() => parseCampaignConfig(text, 'c.yaml', catalogue, { skipUnsupported: true })).toThrow(
      /nothing would be left to run/,
    );
  });
});

test('a baseline goes with the last fault of its subject; positions have no holes', () => {
  const config = parseCampaignConfig(TEXT, 'c.yaml', catalogue, { skipUnsupported: true });
  const left = leaveOut(config, (need) =>
    need === 'postgres/process/latency' || need === 'tikv/docker/latency' ? 'no' : undefined,
  );
  const trials = [...expandCampaignMatrix(left)];
  expect(trials.map(({ key, position }) => [key, position])).toEqual([
    ['postgres/noise#0', 0],
    ['postgres/noise.2#0', 1],
    ['postgres/none#0', 2],
  ]);
  expect(left.skipped.slice(config.skipped.length)).toEqual([
    { cell: 'postgres/latency', why: 'no' },
    { cell: 'tikv/latency', why: 'no' },
    { cell: 'tikv/none', why: 'no fault of tikv is left' },
  ]);
});
