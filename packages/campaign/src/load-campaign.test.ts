import { fileURLToPath } from 'node:url';
import { builtInCatalogue } from '@ordeal/catalogue';
import type { Catalogue } from '@ordeal/core';
import { describe, expect, test } from 'vitest';
import { countTrials, expandCampaignMatrix } from './expand.ts';
import { loadCampaignConfig, parseCampaignConfig } from './load-campaign.ts';

const readyMade = (name: string) =>
  loadCampaignConfig(fileURLToPath(new URL(`../../../campaigns/${name}.yaml`, import.meta.url)));

describe('the ready-made campaigns', () => {
  test('classic is ten trials: 3 + 3 + 3 + 1', async () => {
    const config = await readyMade('classic');
    expect([...expandCampaignMatrix(config)].map(({ key }) => key)).toEqual([
      'tikv/node_kill#0',
      'tikv/node_kill#1',
      'tikv/node_kill#2',
      'tikv/latency#0',
      'tikv/latency#1',
      'tikv/latency#2',
      'tikv/disk_pressure#0',
      'tikv/disk_pressure#1',
      'tikv/disk_pressure#2',
      'tikv/none#0',
    ]);
    expect(config).toMatchObject({ parallel: 2, cooldown_seconds: 5, runtimes: { tikv: 'docker' } });
  });

  test('quickstart runs on processes alone: 1 + 1 + 1 + 1', async () => {
    const config = await readyMade('quickstart');
    expect(countTrials(config)).toBe(4);
    expect(config.runtimes).toEqual({ postgres: 'process' });
    expect(config.cells.map(({ cell, target }) => [cell, target])).toEqual([
      ['postgres/node_kill', 'primary'],
      ['postgres/latency', 'any'],
      ['postgres/network_partition', 'primary'],
      ['postgres/none', null],
    ]);
  });

  test.each([
    ['postgres-faults', 'process'],
    ['postgres-docker', 'docker'],
  ] as const)('%s leaves no fault of postgres on %s out', async (name, runtime) => {
    const { cells, runtimes } = await readyMade(name);
    expect(runtimes).toEqual({ postgres: runtime });
    const types = new Set(cells.map(({ chaos_type }) => chaos_type));
    const faults = Object.entries(builtInCatalogue.subjects.postgres?.faults ?? {});
    const supported = faults.filter(([, fault]) => fault.runtimes.includes(runtime)).map(([type]) => type);
    expect([...types].sort()).toEqual([...supported, 'none'].sort());
  });

  test('redis-failover is about the primary, and one sentinel: 6 x 5 + 1', async () => {
    const config = await readyMade('redis-failover');
    expect(countTrials(config)).toBe(31);
    expect(config.runtimes).toEqual({ redis: 'docker' });
    const targets = config.cells.map(({ target }) => target);
    expect(targets).toEqual([...Array.from({ length: 5 }, () => 'primary'), 'sentinel', null]);
  });

  test('full-matrix leaves no fault out that its three subjects share: 3 x 10 x 3 + 3', async () => {
    const config = await readyMade('full-matrix');
    expect(countTrials(config)).toBe(93);
    expect(config.runtimes).toEqual({ etcd: 'docker', redis: 'docker', postgres: 'docker' });
    const entries = config.subjects.map((name) => builtInCatalogue.subjects[name]);
    const shared = Object.keys(builtInCatalogue.faults).filter((type) =>
      entries.every((entry) => entry?.faults[type]?.runtimes.includes('docker')),
    );
    expect(new Set(config.chaos_types.map(({ type }) => type))).toEqual(new Set(shared));
    // With TiKV it would lose its goal.
    expect(builtInCatalogue.subjects.tikv?.goals).not.toContain('serving');
  });

  test('postgres-kill asks one question often: 25 + 25 + 1', async () => {
    expect(countTrials(await readyMade('postgres-kill'))).toBe(51);
  });
});

const MINIMAL = 'name: a\nchaos_types: [{type: latency, params: {max_ms: 90}}] # kept\n';

test('everything that is left out is filled in; source and parameters are kept as written', () => {
  const { seed, cells, ...config } = parseCampaignConfig(MINIMAL, 'c.yaml');
  expect(config).toEqual({
    file: 'c.yaml',
    source: MINIMAL,
    name: 'a',
    subjects: ['tikv'],
    chaos_types: [
      {
        type: 'latency',
        params: { min_ms: 50, max_ms: 90 },
        params_as_written: { max_ms: 90 },
        target: 'any',
      },
    ],
    trials_per_combination: 1,
    parallel: 1,
    cooldown_seconds: 0,
    include_baseline: false,
    runtimes: { tikv: 'docker' },
    operator: 'none',
    arms: [{ name: 'none', operator: 'none', settings: {} }],
    goals: { tikv: 'whole' },
    timeout_seconds: 300,
    hold_seconds: 10,
    settle_seconds: 3,
    recovery_seconds: 60,
    attempts: 3,
    backoff_seconds: 5,
    skipped: [],
  });
  expect(seed).toSatisfy(Number.isSafeInteger);
  expect(cells).toHaveLength(1);
});

test('a seed is drawn anew when there is none, and kept when there is one', () => {
  const drawn = new Set(Array.from({ length: 5 }, () => parseCampaignConfig(MINIMAL, 'c.yaml').seed));
  expect(drawn.size).toBeGreaterThan(1);
  expect(parseCampaignConfig(`${MINIMAL}seed: 0\n`, 'c.yaml').seed).toBe(0);
});

test('a second entry of a type is numbered, whatever stands between them', () => {
  const text =
    'name: a\nsubjects: [postgres]\nchaos_types:\n  - {type: latency}\n  - {type: node_kill, target: leader}\n' +
    '  - {type: latency, target: postgres1, duration_seconds: 4}\n  - {type: node_kill, params: {mode: stop}, duration_seconds: 3}\n';
  expect(parseCampaignConfig(text, 'c.yaml').cells).toMatchObject([
    { cell: 'postgres/latency', kind: 'condition', target: 'any' },
    { cell: 'postgres/node_kill', kind: 'event', target: 'primary' },
    { cell: 'postgres/latency.2', kind: 'condition', target: 'postgres1', duration_seconds: 4 },
    { cell: 'postgres/node_kill.2', kind: 'condition', duration_seconds: 3, chaos_params: { mode: 'stop' } },
  ]);
});

test('an alias is as good as what it stands for', () => {
  const text =
    'name: a\nchaos_types:\n  - {type: latency, params: &slow {min_ms: 5}}\n  - {type: latency, params: *slow}\n';
  const [first, second] = parseCampaignConfig(text, 'c.yaml').chaos_types;
  expect(second).toEqual(first);
});

test('the installation sets how much parallel is allowed and which operators there are', () => {
  const text = `${MINIMAL}parallel: 20\noperator: mine\n`;
  const config = parseCampaignConfig(text, 'c.yaml', undefined, {
    maxParallel: 20,
    knownOperators: ['none', 'mine'],
  });
  expect(config.cells).toMatchObject([{ arm: 'mine' }]);
  expect(() => parseCampaignConfig(text, 'c.yaml')).toThrow('must be an integer from 1 to 10, not 20');
});

test('the catalogue decides what exists', () => {
  const empty: Catalogue = { subjects: {}, faults: {} };
  expect(() => parseCampaignConfig(MINIMAL, 'c.yaml', empty)).toThrow('unknown subject "tikv"');
});
