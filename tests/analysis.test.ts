import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordCampaign, sampleRecord, sampleTrial } from '@ordeal/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** A campaign of one cell, recorded as a worker records it: a time in ms per trial, null for one that timed out. */
async function recorded(times: readonly (number | null)[], arm = 'none', seed = 42): Promise<string> {
  const { id } = await recordCampaign(
    world.store,
    { name: `recorded <${arm}>`, seed },
    times.map((resolvedMs, position) => ({
      trial: sampleTrial(position, { chaosType: 'node_kill', arm }),
      result: {
        end: 'result',
        outcome: resolvedMs === null ? 'unresolved' : 'resolved',
        record: sampleRecord({ resolvedMs, observedMs: resolvedMs === null ? 300_100 : resolvedMs + 3_000 }),
      },
    })),
  );
  return id;
}

describe('ordeal analyze', () => {
  it('prints figures for people, as JSON, as rows and as XML', async () => {
    const id = await recorded([2_000, 2_500, 3_000, null]);
    const text = await world.ordeal('analyze', id);
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(
      /postgres\/node_kill +none +4 +3 resolved, 1 unresolved +75 % \(30 to 95 %\)/,
    );

    const json = JSON.parse((await world.ordeal('analyze', id, '--json')).stdout);
    expect(json).toMatchObject({
      version: 1,
      kind: 'analysis',
      campaign: { id, status: 'finished', seed: 42 },
      cells: [{ cell: 'postgres/node_kill', recovery: { events: 3, censored: 1, median: { ms: 2_500 } } }],
      evidence: { arms: [{ arm: 'none' }] },
    });

    const csv = (await world.ordeal('analyze', id, '--csv')).stdout.trimEnd().split('\n');
    expect(csv).toHaveLength(5);
    const xml = (await world.ordeal('analyze', id, '--junit')).stdout;
    expect(xml).toContain('tests="4" failures="1" errors="0"');
  });

  it('refuses what it cannot analyze with exit code 2, and says why', async () => {
    expect(await world.ordeal('analyze', '999')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no campaign 999'),
    });
    const { id } = await recordCampaign(world.store, {}, [{ trial: sampleTrial(0) }]);
    expect(await world.ordeal('analyze', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no completed trial yet'),
    });
    expect((await world.ordeal('analyze', id, '--json', '--csv')).code).toBe(2);
  });
});

describe('ordeal compare', () => {
  it('gates: 1 when the second is worse beyond its interval, 0 when it is better or nobody knows', async () => {
    const slow = await recorded([9_000, 9_500, 10_000, 11_000, 9_800, null], 'slow');
    const fast = await recorded([2_000, 2_500, 1_800, 2_200, 3_000, 2_100], 'fast');
    const worse = await world.ordeal('compare', fast, slow, '--gate');
    expect(worse.code, worse.stderr).toBe(1);
    expect(worse.stdout).toContain(`campaign ${slow} is worse`);
    expect((await world.ordeal('compare', fast, slow)).code).toBe(0);
    const better = await world.ordeal('compare', slow, fast, '--gate', '--json');
    expect(better.code).toBe(0);
    expect(JSON.parse(better.stdout)).toMatchObject({
      kind: 'comparison',
      paired: true,
      count: 6,
      verdict: { word: 'better' },
      sentence: expect.stringContaining('is better'),
    });
  });

  it('refuses an arm that is not there with exit code 2', async () => {
    const id = await recorded([2_000]);
    expect(await world.ordeal('compare', id, '--arms', 'none', 'other')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no arm "other"'),
    });
  });
});

describe('ordeal plan', () => {
  const FILE =
    'name: a\nsubjects: [postgres]\nchaos_types: [{type: latency}, {type: node_kill}]\nparallel: 2\n';

  it('says how many trials it takes, at a rate that is given, seen or unknown', async () => {
    const file = await world.file(FILE);
    const text = await world.ordeal('plan', file, '--detect', '0.15', '--power', '0.8', '--rate', '0.75');
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toContain('75 % of trials with their goal met, against 60 %');
    expect(text.stdout).toMatch(/unpaired: another seed +152 +trials_per_combination: 76/);

    const id = await recorded([2_000, 2_500, 3_000, null]);
    const seen = await world.ordeal('plan', file, '--detect', '0.15', '--from', id, '--json');
    expect(JSON.parse(seen.stdout)).toMatchObject({
      kind: 'plan',
      rate: 0.75,
      rateFrom: { count: 3, of: 4 },
      unpaired: 152,
      cells: 2,
    });
    expect((await world.ordeal('plan', file, '--detect', '0.15')).stdout).toContain(
      'say --rate, or --from N',
    );
  });

  it.each([
    [['--detect', '1.5']],
    [['--detect', '0.8', '--rate', '0.5']],
    [['--detect', '0.1', '--rate', '0.5', '--from', '1']],
    [[]],
  ])('refuses %j with exit code 2', async (options) => {
    expect((await world.ordeal('plan', await world.file(FILE), ...options)).code).toBe(2);
  });
});

describe('ordeal report', () => {
  it('writes one page that opens without a network', async () => {
    const id = await recorded([2_000, 2_500, null]);
    const path = join(world.folders.home, 'report.html');
    const written = await world.ordeal('report', id, '-o', path);
    expect(written.code, written.stderr).toBe(0);
    const page = await readFile(path, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('recorded &lt;none&gt;');
    expect(page).toContain('postgres/node_kill#2: unresolved');
    expect(page).not.toMatch(/<[^>]*\b(src|href)=/);
  });

  it('says where it cannot be written, with exit code 2', async () => {
    const id = await recorded([2_000]);
    expect(
      await world.ordeal('report', id, '-o', join(world.folders.home, 'nowhere', 'r.html')),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be written'),
    });
  });
});
