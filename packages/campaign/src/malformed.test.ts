import { builtInCatalogue } from '@ordeal/catalogue';
import { type Catalogue, OrdealError } from '@ordeal/core';
import { describe, expect, test } from 'vitest';
import { parseCampaignConfig } from './load-campaign.ts';

const KEYS =
  'name, subjects, chaos_types, trials_per_combination, parallel, cooldown_seconds, include_baseline, runtime, ' +
  'seed, operator, arms, goal, timeout_seconds, hold_seconds, settle_seconds, recovery_seconds, attempts, backoff_seconds';
const CHAOS_KEYS = 'type, params, target, duration_seconds';
const SUBJECTS = Object.keys(builtInCatalogue.subjects).join(', ');
const FAULTS =
  'node_kill, process_pause, latency, bandwidth, packet_loss, network_partition, asymmetric_partition, disk_pressure, cpu_pressure, memory_pressure';
const POSTGRES_FAULTS =
  'node_kill, process_pause, latency, bandwidth, network_partition, asymmetric_partition, disk_pressure';
const DAY = 86_400;

function errorOf(text: string, catalogue?: Catalogue): OrdealError {
  try {
    parseCampaignConfig(text, 'c.yaml', catalogue);
  } catch (error) {
    if (error instanceof OrdealError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

function linesOf(text: string, catalogue?: Catalogue): string[] {
  return errorOf(text, catalogue).message.split('\n');
}

/** A valid campaign of two lines, so that `extra` begins in line 3. */
const withLine = (extra: string) => `name: a\nchaos_types: [{type: latency}]\n${extra}\n`;
/** A valid campaign but for the entry, which begins at 2:15. */
const withChaos = (entry: string, rest = '') => `name: a\nchaos_types: [${entry}]\n${rest}`;
const POSTGRES = 'subjects: [postgres]\n';

describe('what is not one YAML mapping', () => {
  test.each([
    ['nothing', '', '1:1: the file is empty: a campaign needs at least name and chaos_types'],
    [
      'comments',
      '# one\n\n# two\n',
      '1:1: the file is empty: a campaign needs at least name and chaos_types',
    ],
    ['a list', '# x\n- a\n', `2:1: must be a mapping with the keys ${KEYS}, not a list`],
    ['a word', 'hello', `1:1: must be a mapping with the keys ${KEYS}, not "hello"`],
    [
      'two documents',
      'name: a\n---\nname: b\n',
      '2:1: a second document starts here: a campaign file holds one',
    ],
    ['a tag of its own', 'name: !env HOME\n', '1:7: tags are not supported here: write plain values'],
    ['a YAML 1.1 tag', 'name: !!binary aGk=\n', '1:7: tags are not supported here: write plain values'],
    ['a list as key', '? [a]\n: 1\n', '1:3: keys must be plain words'],
    ['tabs', 'name: a\n\tb: c\n', '2:1: not YAML: Tabs are not allowed as indentation'],
    ['a control character', 'name: a # \0\n', '1:11: not text: a control character stands here'],
    ['an alias before its anchor', withLine('seed: *s'), '3:7: seed: no anchor "s" comes before this alias'],
    [
      'an anchor in itself',
      'name: a\nchaos_types: &x [*x]\n',
      '2:18: chaos_types[0]: no anchor "x" comes before this alias',
    ],
  ])('%s', (_, text, line) => {
    expect(linesOf(text)).toEqual([`c.yaml:${line}`]);
  });
});

describe('one wrong value', () => {
  test.each([
    ['seeed: 1', `3:1: seeed: unknown key, did you mean "seed"? (must be one of ${KEYS})`],
    ['xyzzy: 1', `3:1: xyzzy: unknown key (must be one of ${KEYS})`],
    ['__proto__: 1', `3:1: __proto__: unknown key (must be one of ${KEYS})`],
    ['<<: {seed: 1}', `3:1: ["<<"]: unknown key (must be one of ${KEYS})`],
    ['name: b', '3:1: name: duplicate key, first in line 1'],
    ['parallel: "2"', '3:11: parallel: must be an integer from 1 to 10, not "2"'],
    ['parallel: 0', '3:11: parallel: must be an integer from 1 to 10, not 0'],
    ['parallel: 11', '3:11: parallel: must be an integer from 1 to 10, not 11'],
    ['parallel: 1.5', '3:11: parallel: must be an integer from 1 to 10, not 1.5'],
    ['parallel: [1]', '3:11: parallel: must be an integer from 1 to 10, not a list'],
    ['attempts: .inf', '3:11: attempts: must be an integer from 1 to 100, not Infinity'],
    ['backoff_seconds: .nan', `3:18: backoff_seconds: must be an integer from 0 to ${DAY}, not NaN`],
    ['cooldown_seconds: 86401', `3:19: cooldown_seconds: must be an integer from 0 to ${DAY}, not 86401`],
    ['hold_seconds: -1', `3:15: hold_seconds: must be an integer from 0 to ${DAY}, not -1`],
    ['settle_seconds: {}', `3:17: settle_seconds: must be an integer from 0 to ${DAY}, not a mapping`],
    ['attempts: null', '3:11: attempts: has no value: it must be an integer from 1 to 100'],
    ['include_baseline: yes', '3:19: include_baseline: must be true or false, not "yes"'],
    [
      'runtime: dokcer',
      '3:10: runtime: unknown word "dokcer", did you mean "docker"? (must be one of process, docker)',
    ],
    ['runtime: process', '3:10: runtime: tikv does not run on process (must be one of docker)'],
    ['goal: whol', '3:7: goal: unknown word "whol", did you mean "whole"? (must be one of serving, whole)'],
    ['goal: serving', '3:7: goal: tikv cannot measure serving (must be one of whole)'],
    ['subjects: []', '3:11: subjects: must not be empty'],
    ['subjects: tikv', '3:11: subjects: must be a list, not "tikv"'],
    ['subjects: [7]', '3:12: subjects[0]: must be text, not 7'],
    [
      'subjects: [tikv, tivk]',
      `3:18: subjects[1]: unknown subject "tivk", did you mean "tikv"? (must be one of ${SUBJECTS})`,
    ],
    ['subjects: [tikv, tikv]', '3:18: subjects[1]: "tikv" is listed twice'],
    [
      'subjects: [constructor]',
      `3:12: subjects[0]: unknown subject "constructor" (must be one of ${SUBJECTS})`,
    ],
    [
      'operator: operator-bd',
      '3:11: operator: the operator "operator-bd" is not known, did you mean "operator-db"? (must be one of none, operator-db, nop, oracle, claim-only, restart-everything)',
    ],
    [
      'timeout_seconds: 24',
      '3:18: timeout_seconds: must be at least 25, the horizon of tikv/latency: after 24 s its effect may be still to come',
    ],
    [
      'trials_per_combination: 2147483648',
      '3:25: trials_per_combination: must be an integer from 1 to 2147483647, not 2147483648',
    ],
    [
      'trials_per_combination: 2147483647\ninclude_baseline: true',
      '3:25: trials_per_combination: makes 2147483648 trials: at most 2147483647 are possible',
    ],
    [
      'seed: 9007199254740992',
      '3:7: seed: must be an integer from -9007199254740991 to 9007199254740991, not 9007199254740992',
    ],
  ])('%s', (extra, line) => {
    expect(linesOf(withLine(extra))).toEqual([`c.yaml:${line}`]);
  });

  test.each([
    ['name: ""', '1:7: name: must not be empty'],
    ['name: "  "', '1:7: name: must not be empty'],
    ['name: 12', '1:7: name: must be text, not 12'],
    ['name: "a\\0"', '1:7: name: must not contain control characters'],
    ['name: "\\uD800"', '1:7: name: must not contain half a character'],
    ['seed: 1', '1:1: name: is missing'],
  ])('%s', (first, line) => {
    expect(linesOf(`${first}\nchaos_types: [{type: latency}]\n`)).toEqual([`c.yaml:${line}`]);
  });
});

describe('one wrong chaos entry', () => {
  test.each([
    ['', '', '2:14: chaos_types: must not be empty'],
    ['latency', '', `2:15: chaos_types[0]: must be a mapping with the keys ${CHAOS_KEYS}, not "latency"`],
    ['{}', '', '2:15: chaos_types[0].type: is missing'],
    [
      '{type: latncy}',
      '',
      `2:22: chaos_types[0].type: unknown chaos type "latncy", did you mean "latency"? (must be one of ${FAULTS})`,
    ],
    [
      '{type: none}',
      '',
      '2:22: chaos_types[0].type: none is not a chaos type: for trials without a fault, say include_baseline: true',
    ],
    [
      '{type: latency, tagret: any}',
      '',
      `2:31: chaos_types[0].tagret: unknown key, did you mean "target"? (must be one of ${CHAOS_KEYS})`,
    ],
    ['{type: latency, params: [1]}', '', '2:39: chaos_types[0].params: must be a mapping'],
    [
      '{type: latency, params: {mim_ms: 1}}',
      '',
      '2:40: chaos_types[0].params.mim_ms: unknown key, did you mean "min_ms"? (must be one of min_ms, max_ms)',
    ],
    [
      '{type: latency, params: {__proto__: 1}}',
      '',
      '2:40: chaos_types[0].params.__proto__: unknown key (must be one of min_ms, max_ms)',
    ],
    [
      '{type: latency, params: {min_ms: "1"}}',
      '',
      '2:48: chaos_types[0].params.min_ms: must be an integer from 0 to 60000, not "1"',
    ],
    [
      '{type: latency, params: {min_ms: 200}}',
      '',
      '2:48: chaos_types[0].params.min_ms: must not be above max_ms: 200 is above 150',
    ],
    [
      '{type: latency, params: {max_ms: 10}}',
      '',
      '2:39: chaos_types[0].params.min_ms: must not be above max_ms: 50 is above 10',
    ],
    [
      '{type: node_kill, params: {mode: stopp}}',
      '',
      '2:48: chaos_types[0].params.mode: unknown word "stopp", did you mean "stop"? (must be one of crash, stop)',
    ],
    [
      '{type: node_kill, duration_seconds: 5}',
      '',
      '2:51: chaos_types[0].duration_seconds: is only for faults that last: this node_kill happens once, there is nothing to lift',
    ],
    [
      '{type: packet_loss}',
      POSTGRES,
      `2:22: chaos_types[0].type: postgres on process does not support packet_loss, because links there are TCP proxies, which carry streams and have no packets to lose (must be one of ${POSTGRES_FAULTS})`,
    ],
    [
      '{type: latency, target: primry}',
      POSTGRES,
      '2:39: chaos_types[0].target: postgres has no target "primry", did you mean "primary"? (must be one of any, leader, follower, primary, standby, postgres0, postgres1, postgres2)',
    ],
    [
      '{type: latency, target: client}',
      POSTGRES,
      '2:39: chaos_types[0].target: postgres has no target "client" (must be one of any, leader, follower, primary, standby, postgres0, postgres1, postgres2)',
    ],
    [
      '{type: latency, target: primary}',
      'subjects: [postgres, tikv]\n',
      '2:39: chaos_types[0].target: tikv has no target "primary" (must be one of any, leader, follower, tikv, pd, pd_leader, pd0, pd1, pd2, tikv0, tikv1, tikv2)',
    ],
  ])('%s %s', (entry, rest, line) => {
    expect(linesOf(withChaos(entry, rest))).toEqual([`c.yaml:${line}`]);
  });
});

test('a fault that a subject does not have is refused, with those that it has', () => {
  const { tikv } = builtInCatalogue.subjects;
  if (tikv === undefined) throw new Error('no tikv');
  const { node_kill, latency } = tikv.faults;
  if (node_kill === undefined || latency === undefined) throw new Error('tikv can be killed and delayed');
  const poor = { ...builtInCatalogue, subjects: { tikv: { ...tikv, faults: { node_kill, latency } } } };
  expect(linesOf(withChaos('{type: disk_pressure}'), poor)).toEqual([
    'c.yaml:2:22: chaos_types[0].type: tikv on docker does not support disk_pressure (must be one of node_kill, latency)',
  ]);
});

test('everything that is wrong is told at once, in the order of the file, and as data', () => {
  const error = errorOf(
    'name: ""\nparalel: 2\nchaos_types:\n  - type: latency\n    params: {min_ms: 1.5}\n  - typ: x\ngoal: serving\n',
  );
  expect(error.code).toBe('BAD_INPUT');
  expect(error.exitCode).toBe(2);
  const places = error.message.split('\n').map((line) => /^c\.yaml:(\d+:\d+: [^:]+):/.exec(line)?.[1]);
  expect(places).toEqual([
    '1:7: name',
    '2:1: paralel',
    '5:22: chaos_types[0].params.min_ms',
    '6:5: chaos_types[1].typ',
    '6:5: chaos_types[1].type',
    '7:7: goal',
  ]);
  expect(error.details.problems).toHaveLength(6);
  expect(error.details.problems).toContainEqual(
    expect.objectContaining({ line: 5, column: 22, path: 'chaos_types[0].params.min_ms' }),
  );
});

test('a place is in the value that an alias stands for', () => {
  const text =
    'name: a\nchaos_types:\n  - {type: latency, params: &p {min_ms: -1}}\n  - {type: latency, params: *p}\n';
  expect(linesOf(text).map((line) => line.split(' ')[1])).toEqual([
    'chaos_types[0].params.min_ms:',
    'chaos_types[1].params.min_ms:',
  ]);
});

test('carriage returns do not move the places', () => {
  expect(linesOf('name: a\r\nchaos_types: [{type: latency}]\r\nparallel: 0\r\n')[0]).toMatch(
    /^c\.yaml:3:11: /,
  );
});

describe('files made to cost much', () => {
  const laughs = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    .map(
      (n) =>
        `a${n}: &a${n} [${Array(9)
          .fill(`*a${n - 1}`)
          .join(', ')}]\n`,
    )
    .join('');

  test.each([
    ['exploding anchors', `a0: &a0 [x]\n${laughs}`, /the aliases stand for more than 10000 values/],
    ['deep lists', '['.repeat(100_000), /nested too deeply/],
    ['deep block lists', '- '.repeat(50_000), /nested too deeply/],
    ['one key many times', 'k: 1\n'.repeat(20_000), /and \d+ more$/],
    ['many unknown keys', Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join(''), /and \d+ more$/],
    ['a long unknown key', `${'k'.repeat(500)}: 1\n`, /unknown key/],
  ])('%s', (_, text, message) => {
    const error = errorOf(text);
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(50_000);
  });

  test('exploding anchors are told once, at the alias in the file', () => {
    const [line, ...more] = linesOf(`a0: &a0 [x]\n${laughs}`);
    expect(more).toEqual([]);
    // One step into the list of the line it names: not somewhere within what the aliases lead to.
    expect(line).toMatch(/^c\.yaml:(\d+):\d+: a(\d)\[\d\]: the aliases stand for more/);
    const [, row, anchor] = /^c\.yaml:(\d+):\d+: a(\d)/.exec(line ?? '') ?? [];
    expect(Number(row)).toBe(Number(anchor) + 1);
  });
});
