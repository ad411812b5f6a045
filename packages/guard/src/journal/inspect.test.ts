import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planOf } from '../testing/fault-double.ts';
import { RealGuards } from '../testing/real-guard.ts';
import { RuntimeDouble } from '../testing/runtime-double.ts';
import { claimFolder } from './claim.ts';
import { guardFolder } from './guard-folder.ts';
import { inspectGuards } from './inspect.ts';

const soon = { timeoutMs: 10_000 };

it('tells what living and killed guards have, and changes nothing', async () => {
  await using guards = await RealGuards.create();
  const [dead, alive] = await Promise.all([guards.spawn(), guards.spawn()]);
  for (const [client, trial] of [
    [dead, 't1'],
    [alive, 't2'],
  ] as const) {
    const fence = { trial, execution: 1 };
    await client.ask('start', { fence, subject: 'double', runtime: 'process' }, soon);
    await client.ask('apply', { fence, plan: planOf(`x-${trial}`), activeWithinMs: 5_000 }, soon);
  }
  const parent = join(guards.folders.data, 'guards');
  for (const name of ['g0000000a.draft', 'g0000000b']) await mkdir(join(parent, name));
  await dead.kill();

  const before = guards.guardFolders();
  const home = guards.home([new RuntimeDouble(() => {})]);
  const inspection = await inspectGuards(guards.folders, home);
  expect(guards.guardFolders()).toEqual(before);
  expect(inspection.unfinished).toEqual([join(parent, 'g0000000a.draft'), join(parent, 'g0000000b')]);
  expect(Object.fromEntries(inspection.guards.map((guard) => [guard.name, guard]))).toMatchObject({
    [dead.guard]: {
      state: 'dead',
      left: [{ label: { trial: 't1', execution: 1 }, injections: [{ injection: 'x-t1' }] }],
      processes: [expect.any(String)],
    },
    [alive.guard]: { state: 'alive', left: [{ label: { trial: 't2' } }], processes: [expect.any(String)] },
  });

  const claim = await claimFolder(guardFolder(join(parent, dead.guard)), {
    ...home.lives,
    self: alive.identity,
  });
  const stateOfDead = async () =>
    (await inspectGuards(guards.folders, home)).guards.find(({ name }) => name === dead.guard)?.state;
  expect(await stateOfDead()).toBe('swept');
  await claim?.release();

  // Somebody deletes the folders by hand; all go on.
  for (const { guard } of [dead, alive]) await rm(join(parent, guard), { recursive: true });
  const { guards: found } = await inspectGuards(guards.folders, home);
  expect(
    found.map(({ name, state, left, processes }) => ({ name, state, left: left.length, processes })),
  ).toEqual(inspection.guards.map(({ name, state, processes }) => ({ name, state, left: 1, processes })));
});
