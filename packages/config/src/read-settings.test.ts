import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, OrdealError } from '@ordeal/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSettingsFile } from './find-file.ts';
import { readSettings } from './read-settings.ts';

const DEFINE = new URL('./define/index.ts', import.meta.url).href;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordeal-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function settingsOf(text: string) {
  const file = join(folder, 'ordeal.config.ts');
  await writeFile(file, text);
  return readSettings(file);
}

async function problemsOf(text: string): Promise<string[]> {
  const error = await settingsOf(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OrdealError)) throw error ?? new Error('nothing was wrong with it');
  expect(error.code).toBe('BAD_INPUT');
  return describeError(error)
    .split('\n')
    .map((line) => line.replace(`${folder}/`, ''));
}

const SUBJECT = `{
  name: 'shop', title: 'A shop', goals: ['serving'],
  topology: {
    nodes: [
      { name: 'shop0', role: 'server', ports: ['http'], restartDelayMs: 5 },
      { name: 'client', role: 'client', ports: [], restartDelayMs: 5 },
    ],
    links: [{ from: 'client', to: 'shop0', port: 'http' }],
  },
  anyTarget: 'server',
  slo: { windowMs: 1, minSuccessRatio: 1, maxLatencyMs: 1 },
  startBudgetMs: 1,
  faults: { node_kill: { horizonSeconds: 2 }, noise: { horizonSeconds: 4 } },
  prepareProcess() { return this.name; },
  observe() {},
}`;
const FAULT = `{
  type: 'noise', title: 'Noise', kind: 'condition', needs: ['links'], on: { postgres: { horizonSeconds: 3 } },
  params: z.strictObject({ decibel: z.int().min(1).default(60) }),
  plan() {}, apply() {}, active() {}, undo() {}, gone() {},
}`;

describe('a settings file', () => {
  it('registers operators of one’s own', async () => {
    const { operators } = await settingsOf(`
      import { defineConfig, z } from '${DEFINE}';
      export default defineConfig({
        operators: {
          mine: { command: 'node', args: ['mine.ts'], settings: z.strictObject({ model: z.string() }), deadlineSeconds: 60 },
        },
      });`);
    expect(operators.mine).toMatchObject({ command: 'node', args: ['mine.ts'], deadlineSeconds: 60 });
  });

  it('says what is wrong with an operator', async () => {
    expect(
      await problemsOf(`export default {
        operators: {
          nop: { command: 'node' },
          'My Agent': { command: 'node' },
          slow: { command: '', deadlineSeconds: 0, arguments: [] },
        },
      };`),
    ).toEqual([
      'ordeal.config.ts:3:16: operators.nop: "nop" is built in: it needs another name',
      'ordeal.config.ts:4:23: operators["My Agent"]: "My Agent" is no name: lower-case letters, digits, _ and -, a letter first',
      'ordeal.config.ts:5:28: operators.slow.command: must not be empty',
      'ordeal.config.ts:5:49: operators.slow.deadlineSeconds: must be a whole number from 1 to 86400, not 0',
      'ordeal.config.ts:5:52: operators.slow.arguments: unknown key (must be one of command, args, env, settings, deadlineSeconds)',
    ]);
  });

  it('adds subjects and faults to what is built in', async () => {
    const settings = await settingsOf(`
      import { defineConfig, defineFault, defineSubject, z } from '${DEFINE}';
      const noise = defineFault(${FAULT});
      export default defineConfig({
        subjects: [defineSubject(${SUBJECT})],
        faults: [noise],
        limits: { maxParallel: 40 },
        runtimes: { process: { ports: { first: 20000, last: 21000 } } },
      });`);
    const { catalogue } = settings.repertoire;
    expect(catalogue.subjects.shop).toMatchObject({
      runtimes: ['process'],
      roles: ['server'],
      nodes: ['shop0'],
      anyTarget: 'server',
      faults: {
        node_kill: { horizonSeconds: 2, runtimes: ['process'] },
        noise: { horizonSeconds: 4, runtimes: ['process'] },
      },
    });
    expect(catalogue.subjects.postgres?.faults.noise).toEqual({
      horizonSeconds: 3,
      runtimes: ['process', 'docker'],
    });
    expect(catalogue.faults.noise?.params.parse({})).toEqual({ decibel: 60 });
    expect(settings).toMatchObject({ maxParallel: 40, slots: 10, process: { offered: true } });
    // The very object that was given, so that its methods may use each other.
    const given = settings.repertoire.subjectOf('shop') as unknown as { prepareProcess(): string };
    expect(given.prepareProcess()).toBe('shop');
    expect(settings.repertoire.faultOf('noise')?.needs).toEqual(['links']);
    expect(settings.repertoire.subjectOf('postgres')?.name).toBe('postgres');
  });

  it('has every mistake told at once, at its place', async () => {
    const problems = await problemsOf(`import { defineConfig, defineFault, z } from '${DEFINE}';
const client = { name: 'client', role: 'client', ports: [], restartDelayMs: 5 } as const;
const noise = defineFault({ ...${FAULT}, kind: 'sometimes' as never });
export default defineConfig({
  subjects: [{
    ...${SUBJECT},
    name: 'postgres',
    topology: { nodes: [client], links: [{ from: 'client', to: 'shop1', port: 'http' }] },
    faults: { node_kil: { horizonSeconds: 2 } },
  }],
  faults: [noise],
  limits: { maxParalel: 4 },
});
`);
    const lineOf = (part: string) => problems.find((problem) => problem.includes(part));
    expect(lineOf('maxParalel')).toMatch(
      /^ordeal\.config\.ts:\d+:13: limits\.maxParalel: unknown key, did you mean "maxParallel"/,
    );
    expect(lineOf('faults[0].kind')).toMatch(/:\d+:\d+: faults\[0\]\.kind: /);
    expect(lineOf('subjects[0].name')).toMatch(/"postgres" is built in/);
    expect(lineOf('.links[0].to')).toMatch(/unknown node "shop1".*client/);
    expect(lineOf('.anyTarget')).toMatch(/unknown role "server"/);
    expect(lineOf('node_kil')).toMatch(/unknown fault "node_kil", did you mean "node_kill"/);
    const places = problems.map((problem) => Number(/:(\d+):/.exec(problem)?.[1]));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    // Line 13 of the fault's literal, far from where the list mentions it.
    expect(lineOf('faults[0].kind')).toMatch(/^ordeal\.config\.ts:7:/);
  });

  it.each([
    ['export const x = 1;', /exports no settings/],
    ["throw new Error('no luck');", /cannot be run: no luck/],
    ['export default 7;', /:1:16: must be a mapping/],
    [
      'export default { runtimes: { process: { ports: { first: 5, last: 9 } } } };',
      /must be 128 ports or more/,
    ],
  ])('is refused with the reason: %s', async (text, reason) => {
    expect((await problemsOf(text)).join('\n')).toMatch(reason);
  });

  it('is found from any folder below its own', async () => {
    const file = join(folder, 'ordeal.config.ts');
    await writeFile(file, 'export default {};');
    expect(findSettingsFile(join(folder, 'a/b'))).toBe(file);
    expect(await readSettings(file)).toMatchObject({ file, maxParallel: 10 });
  });
});
