import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Farewell, forgetFarewell, leaveFarewell, readFarewells } from './farewell.ts';

const LEFT: Farewell = {
  trial: '12',
  execution: 1,
  at: '2026-01-01T12:03:09.000Z',
  by: 'guard',
  reason: 'the worker closed the line',
  injections: [{ injection: 't12-e1', state: 'gone' }],
};

async function dataFolder(): Promise<{ data: string }> {
  const data = await mkdtemp(join(tmpdir(), 'farewells-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  return { data };
}

it('is there until it is forgotten', async () => {
  const folders = await dataFolder();
  expect(await readFarewells(folders)).toEqual([]);
  await leaveFarewell(folders, LEFT);
  await leaveFarewell(folders, { ...LEFT, execution: 2 });
  const left = (await readFarewells(folders)).sort((a, b) => a.execution - b.execution);
  expect(left).toEqual([LEFT, { ...LEFT, execution: 2 }]);
  await forgetFarewell(folders, LEFT);
  expect(await readFarewells(folders)).toMatchObject([{ execution: 2 }]);
});

it('is deleted when nobody can read it, or nobody came for it in a week', async () => {
  const folders = await dataFolder();
  await leaveFarewell(folders, LEFT);
  const folder = join(folders.data, 'farewells');
  await writeFile(join(folder, 'torn.json'), '{"trial": "1');
  await writeFile(join(folder, 't3-e1.77.draft'), '{');
  expect(await readFarewells(folders)).toHaveLength(1);
  expect((await readdir(folder)).sort()).toEqual(['t12-e1.json', 't3-e1.77.draft']);
  const longAgo = new Date(Date.now() - 8 * 86_400_000);
  for (const name of await readdir(folder)) await utimes(join(folder, name), longAgo, longAgo);
  expect(await readFarewells(folders)).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});
