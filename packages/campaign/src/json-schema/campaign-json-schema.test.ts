import { readdirSync, readFileSync } from 'node:fs';
import { builtInCatalogue } from '@ordeal/catalogue';
import type { Catalogue } from '@ordeal/core';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type LoadOptions, parseCampaignConfig } from '../load-campaign.ts';
import { campaignJsonSchema } from './campaign-json-schema.ts';

const CAMPAIGNS = new URL('../../../../campaigns/', import.meta.url);

function validator(catalogue?: Catalogue, options?: LoadOptions): (value: unknown) => boolean {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, keywords: ['enumDescriptions'] });
  return ajv.compile(campaignJsonSchema(catalogue, options));
}

function isLoaded(text: string, catalogue?: Catalogue, options?: LoadOptions): boolean {
  try {
    parseCampaignConfig(text, 'c.yaml', catalogue, options);
    return true;
  } catch {
    return false;
  }
}

const accepts = validator();

describe('the schema in the repository', () => {
  test('is current; else run: pnpm ordeal schema --output campaigns/campaign.schema.json', () => {
    const kept = readFileSync(new URL('campaign.schema.json', CAMPAIGNS), 'utf8');
    expect(kept).toBe(`${JSON.stringify(campaignJsonSchema(), null, 2)}\n`);
  });

  test.each(readdirSync(CAMPAIGNS).filter((name) => name.endsWith('.yaml')))(
    '%s names it for editors, meets it, and loads',
    (name) => {
      const text = readFileSync(new URL(name, CAMPAIGNS), 'utf8');
      expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./campaign.schema.json');
      expect(accepts(parse(text))).toBe(true);
      expect(isLoaded(text)).toBe(true);
    },
  );

  test('tells people what each key is', () => {
    const undescribed: string[] = [];
    const look = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) look(value, `${path}.${key}`);
      if (path.includes('.if.') || !/\.properties\.\w+$/.test(path)) return;
      if (!('title' in schema && 'description' in schema)) undescribed.push(path);
    };
    const { properties } = campaignJsonSchema();
    look({ properties }, '');
    expect(undescribed).toEqual([]);
  });
});

describe('gives the same answer as loading', () => {
  const latency = 'chaos_types: [{type: latency}]\n';
  test.each([
    ['nothing but what is required', `name: a\n${latency}`, true],
    ['no name', latency, false],
    ['no chaos', 'name: a\n', false],
    ['a list', '- a\n', false],
    ['an unknown key', `name: a\n${latency}paralel: 2\n`, false],
    ['a key without a value', `name: a\n${latency}goal:\n`, false],
    ['a name of spaces', `name: "  "\n${latency}`, false],
    ['a name with a line end at its end', `name: |\n  a\n${latency}`, true],
    ['a name with a tab in it', `name: "a\\tb"\n${latency}`, false],
    ['half a character', `name: "a\\uD800"\n${latency}`, false],
    ['a whole character of two halves', `name: 🐘\n${latency}`, true],
    ['a subject twice', `name: a\nsubjects: [tikv, tikv]\n${latency}`, false],
    [
      'what only one of two subjects has',
      `name: a\nsubjects: [tikv, postgres]\nchaos_types: [{type: packet_loss}]\n`,
      false,
    ],
    [
      'a target that only one of two has',
      `name: a\nsubjects: [tikv, postgres]\nchaos_types: [{type: latency, target: pd}]\n`,
      false,
    ],
    [
      'a word that both have',
      `name: a\nsubjects: [tikv, postgres]\nchaos_types: [{type: latency, target: leader}]\n`,
      true,
    ],
    ['the client as target', `name: a\nchaos_types: [{type: latency, target: client}]\n`, false],
    ['none as a type', 'name: a\nchaos_types: [{type: none}]\n', false],
    ['an event that is to last', 'name: a\nchaos_types: [{type: node_kill, duration_seconds: 5}]\n', false],
    [
      'an event by its parameter',
      'name: a\nchaos_types: [{type: node_kill, params: {mode: crash}, duration_seconds: 5}]\n',
      false,
    ],
    [
      'a condition by its parameter',
      'name: a\nchaos_types: [{type: node_kill, params: {mode: stop}, duration_seconds: 5}]\n',
      true,
    ],
    ["another fault's parameter", 'name: a\nchaos_types: [{type: latency, params: {mode: stop}}]\n', false],
    ['parameters that are a list', 'name: a\nchaos_types: [{type: latency, params: [1]}]\n', false],
    ['a runtime that the default subject lacks', `name: a\n${latency}runtime: process\n`, false],
    ['a goal that it lacks', `name: a\n${latency}goal: serving\n`, false],
    ['a window shorter than the horizon', `name: a\n${latency}timeout_seconds: 24\n`, false],
    ['a window as long as it', `name: a\n${latency}timeout_seconds: 25\n`, true],
    ['an integer written with a point', `name: a\n${latency}parallel: 2.0\n`, true],
    ['more at once than allowed', `name: a\n${latency}parallel: 11\n`, false],
    [
      'two arms',
      `name: a\n${latency}arms: [none, {name: again, operator: none, settings: {a: [1]}}]\n`,
      true,
    ],
    ['no arms', `name: a\n${latency}arms: []\n`, false],
    ['an arm that nobody knows', `name: a\n${latency}arms: [someone]\n`, false],
    ['an arm of no operator', `name: a\n${latency}arms: [{name: a}]\n`, false],
    ['an arm of a bad name', `name: a\n${latency}arms: [{name: A, operator: none}]\n`, false],
    ['settings that are a list', `name: a\n${latency}arms: [{operator: none, settings: []}]\n`, false],
    ['arms beside an operator', `name: a\n${latency}arms: [none]\noperator: none\n`, false],
    ['an operator that nobody knows', `name: a\n${latency}operator: someone\n`, false],
  ])('%s', (_, text, good) => {
    expect({ loaded: isLoaded(text), accepted: accepts(parse(text)) }).toEqual({
      loaded: good,
      accepted: good,
    });
  });

  /** Seldom wrong, or no whole campaign would ever be right. */
  const mostly = (right: readonly unknown[], wrong: readonly unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...right) }, fc.constantFrom(...wrong));
  const mapping = (fields: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []) =>
    fc.record(fields, { requiredKeys, noNullPrototype: true });
  const params = {
    node_kill: mapping({ mode: mostly(['crash', 'stop'], ['stopp', 1]) }),
    latency: mapping({ min_ms: mostly([0, 50], [-1, '1', 1.5]), max_ms: mostly([150], [60_001, null]) }),
    network_partition: mapping({ peers: mostly(['one'], ['two']), clients: mostly([true], ['yes']) }),
    disk_pressure: mapping({ fill_percent: mostly([1, 100], [0, 101]), mode: fc.constant('stop') }),
  };
  const entry = fc.oneof(
    ...Object.entries(params).map(([type, itsParams]) =>
      mapping(
        {
          type: mostly([type], ['none', 7, 'latency']),
          params: fc.oneof({ weight: 15, arbitrary: itsParams }, fc.constantFrom([], null, 'x')),
          target: mostly(['any', 'leader'], ['primary', 'pd', 'postgres1', 'client', null]),
          duration_seconds: mostly([1], [0, '1']),
        },
        ['type'],
      ),
    ),
  );
  const campaignOn = (subject: string, runtime: string) =>
    mapping(
      {
        name: mostly(['a', ' a '], ['', 1]),
        subjects: mostly([[subject]], [['postgres', 'tikv'], ['redis'], [], 'tikv']),
        chaos_types: fc.array(entry, { minLength: 1, maxLength: 2 }),
        parallel: mostly([1, 10], [11, 1.5]),
        include_baseline: mostly([true], ['yes']),
        runtime: mostly([runtime], ['process', 'docker']),
        goal: mostly(['whole'], ['serving']),
        seed: mostly([-7], [2 ** 53]),
        timeout_seconds: mostly([25], [5, 6, 7, 8, 14, 15, 24]),
        cooldown_seconds: mostly([0], [86_401, null]),
      },
      ['name', 'subjects', 'chaos_types'],
    );
  const campaign = fc.oneof(campaignOn('postgres', 'process'), campaignOn('tikv', 'docker'));

  test('whatever is put together', () => {
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(campaign, (value) => {
        const loaded = isLoaded(stringify(value));
        seen[loaded ? 'good' : 'bad'] += 1;
        expect(accepts(value)).toBe(loaded);
      }),
      { numRuns: 500 },
    );
    // Else only one half of the claim would have been tried.
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(50);
  });
});

test.each([
  ['the order of two numbers', 'name: a\nchaos_types: [{type: latency, params: {min_ms: 2, max_ms: 1}}]\n'],
  [
    'a product',
    'name: a\nchaos_types: [{type: latency}]\ntrials_per_combination: 2147483647\ninclude_baseline: true\n',
  ],
])('cannot say %s: loading does', (_, text) => {
  expect({ loaded: isLoaded(text), accepted: accepts(parse(text)) }).toEqual({
    loaded: false,
    accepted: true,
  });
});

test('speaks of the catalogue and the limits that it is given', () => {
  const catalogue: Catalogue = {
    subjects: {
      mine: {
        name: 'mine',
        title: 'A subject of my own',
        runtimes: ['process', 'docker'],
        goals: ['serving'],
        roles: ['server'],
        aliases: {},
        nodes: ['a', 'b'],
        faults: {
          bang: { runtimes: ['process', 'docker'], horizonSeconds: 1 },
          drip: { runtimes: ['docker'], horizonSeconds: 2 },
          nowhere: { runtimes: ['process'], horizonSeconds: 2 },
        },
      },
    },
    faults: {
      bang: { type: 'bang', title: 'Bang', kind: 'event', params: z.strictObject({}) },
      drip: {
        type: 'drip',
        title: 'Drip',
        kind: { param: 'how', kinds: { once: 'event' } },
        params: z.strictObject({ how: z.enum(['once', 'long']).default('long') }),
      },
    },
  };
  const options = { maxParallel: 20, knownOperators: ['none', 'me'] };
  const acceptsMine = validator(catalogue, options);
  const head = 'name: a\nsubjects: [mine]\nparallel: 20\noperator: me\n';
  const samples: [string, boolean][] = [
    [`${head}chaos_types: [{type: bang}]\n`, true],
    [`${head}chaos_types: [{type: bang, duration_seconds: 1}]\n`, false],
    [`${head}chaos_types: [{type: drip}]\n`, false],
    [`${head}runtime: docker\nchaos_types: [{type: drip, duration_seconds: 1}]\n`, true],
    [
      `${head}runtime: docker\nchaos_types: [{type: drip, duration_seconds: 1, params: {how: once}}]\n`,
      false,
    ],
    [`${head}chaos_types: [{type: nowhere}]\n`, false],
    // The default subject is not known here.
    ['name: a\nchaos_types: [{type: bang}]\n', false],
  ];
  for (const [text, good] of samples) {
    expect([text, isLoaded(text, catalogue, options), acceptsMine(parse(text))]).toEqual([text, good, good]);
  }
  expect(builtInCatalogue.subjects.mine).toBeUndefined();
});
