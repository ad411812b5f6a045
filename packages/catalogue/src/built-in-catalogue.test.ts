import { CLIENT_ROLE, NAME_PATTERN, NO_FAULT } from '@ordeal/core';
import { describe, expect, test } from 'vitest';
import { builtInCatalogue } from './built-in-catalogue.ts';
import { faultKind } from './fault-kind.ts';
import { paramsJsonSchema } from './params-json-schema.ts';
import { ANY_TARGET } from './target.ts';

const { subjects, faults } = builtInCatalogue;

describe.each(Object.entries(subjects))('subject %s', (key, subject) => {
  test('is filed under its own, well-formed name', () => {
    expect(subject.name).toBe(key);
    expect(key).toMatch(NAME_PATTERN);
  });

  test('has defaults: a runtime and a goal', () => {
    expect(subject.runtimes.length).toBeGreaterThan(0);
    expect(subject.goals.length).toBeGreaterThan(0);
  });

  test('has target words that mean one thing each', () => {
    const words = [
      ANY_TARGET,
      CLIENT_ROLE,
      ...Object.keys(subject.aliases),
      ...subject.roles,
      ...subject.nodes,
    ];
    expect(new Set(words).size).toBe(words.length);
    for (const role of Object.values(subject.aliases)) expect(subject.roles).toContain(role);
    if (subject.anyTarget !== undefined) expect(subject.roles).toContain(subject.anyTarget);
  });

  test('supports only faults that exist, on its own runtimes, with a horizon', () => {
    for (const [type, supported] of Object.entries(subject.faults)) {
      expect(Object.keys(faults)).toContain(type);
      expect(subject.runtimes).toEqual(expect.arrayContaining([...supported.runtimes]));
      expect(supported.horizonSeconds).toBeGreaterThan(0);
      for (const runtime of supported.runtimes)
        expect(faults[type]?.impossibleOn ?? {}).not.toHaveProperty(runtime);
    }
  });
});

describe.each(Object.entries(faults))('fault %s', (key, fault) => {
  test('is filed under its own name, and needs no parameters', () => {
    expect(fault.type).toBe(key);
    expect(key).toMatch(NAME_PATTERN);
    expect(key).not.toBe(NO_FAULT);
    expect(fault.params.safeParse({}).success).toBe(true);
  });

  test('refuses parameters that it does not know', () => {
    expect(fault.params.safeParse({ no_such_parameter: 1 }).success).toBe(false);
  });

  test('describes its parameters as JSON Schema', () => {
    expect(paramsJsonSchema(fault)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

test.each([
  ['node_kill', {}, { mode: 'crash' }],
  ['latency', { min_ms: 10 }, { min_ms: 10, max_ms: 150 }],
  ['latency', { min_ms: 0, max_ms: 0 }, { min_ms: 0, max_ms: 0 }],
  ['process_pause', {}, {}],
  ['bandwidth', {}, { kbit: 1_000 }],
  ['packet_loss', {}, { percent: 30 }],
  ['asymmetric_partition', {}, { direction: 'out' }],
  ['disk_pressure', {}, { fill_percent: 80 }],
  ['cpu_pressure', {}, { percent: 80 }],
  ['memory_pressure', {}, { percent: 80 }],
  ['network_partition', { peers: 'one' }, { peers: 'one', direction: 'both', clients: false }],
])('%s with %j is filled in to %j', (type, written, filled) => {
  expect(faults[type]?.params.parse(written)).toEqual(filled);
});

test.each([
  ['node_kill', { mode: 'pause' }],
  ['latency', { min_ms: 151 }],
  ['latency', { min_ms: -1 }],
  ['latency', { min_ms: 1.5 }],
  ['bandwidth', { kbit: 0 }],
  ['bandwidth', { kbit: 20_001 }],
  ['packet_loss', { percent: 9 }],
  ['packet_loss', { percent: 101 }],
  ['asymmetric_partition', { direction: 'both' }],
  ['disk_pressure', { fill_percent: 0 }],
  ['disk_pressure', { fill_percent: 101 }],
  ['cpu_pressure', { percent: 0 }],
  ['cpu_pressure', { percent: 100 }],
  ['memory_pressure', { percent: 0 }],
  ['memory_pressure', { percent: 100 }],
  ['network_partition', { clients: 'yes' }],
])('%s refuses %j', (type, written) => {
  expect(faults[type]?.params.safeParse(written).success).toBe(false);
});

test('a killed node is an event if it may come back, and a condition if it may not', () => {
  const fault = faults.node_kill;
  if (fault === undefined) throw new Error('no node_kill');
  expect(faultKind(fault, { mode: 'crash' })).toBe('event');
  expect(faultKind(fault, { mode: 'stop' })).toBe('condition');
});
