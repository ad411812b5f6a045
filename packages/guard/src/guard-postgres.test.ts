import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings } from '@ordeal/config';
import { createRandom, waitFor } from '@ordeal/core';
import { type Folders, openFolders, processesIn } from '@ordeal/place';
import { expect, it } from 'vitest';
import { spawnGuard } from './client/spawn-guard.ts';
import type { GuardEvent } from './protocol.ts';

const fence = { trial: '1', execution: 1 };

it('sees a real Postgres lose its primary, and come back; and proves the same apply void when it does nothing', async () => {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'guard-')));
  const folders = openFolders(home);
  try {
    await crashThePrimary(folders);
    await crashNothing(folders);
    expect(processesIn(folders.data)).toEqual([]);
  } finally {
    await rm(folders.data, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  }
}, 120_000);

async function crashThePrimary(folders: Folders): Promise<void> {
  const trial = await startTrial(folders, {});
  const { client, events } = trial;
  const applied = await trial.apply();
  expect(applied.activeMs).not.toBeNull();
  const transitions = () =>
    events.filter((event) => event.event === 'transition').filter((event) => event.atMs >= applied.zeroMs);
  for (const part of ['serving', 'whole']) {
    for (const good of [false, true]) {
      await waitFor(
        `${part} is ${good}`,
        () => transitions().some((event) => event.part === part && event.good === good) || undefined,
        { timeoutMs: 30_000 },
      );
    }
  }
  expect(events.some((event) => event.event === 'note' && event.kind === 'node_died')).toBe(true);
  const undone = await client.ask(
    'undo',
    { fence, injection: 'x', goneWithinMs: 10_000 },
    { timeoutMs: 15_000 },
  );
  expect(undone.goneMs).not.toBeNull();
  expect(await client.ask('remove', { fence }, { timeoutMs: 15_000 })).toEqual({ clean: true, undone: [] });
  await client.close();
}

async function crashNothing(folders: Folders): Promise<void> {
  const trial = await startTrial(folders, { ORDEAL_FAULT_POINTS: 'apply-does-nothing' });
  const applied = await trial.apply();
  expect(applied).toMatchObject({ activeMs: null, finding: { holds: false } });
  await trial.client.close();
}

async function startTrial(folders: Folders, env: Record<string, string>) {
  const client = await spawnGuard({ folders, env });
  const events: GuardEvent[] = [];
  client.on((event) => events.push(event));
  const beats = setInterval(() => {
    const body = { provenAtMs: client.lastTick.guardMs, executions: [fence] };
    client.ask('beat', body, { timeoutMs: 5_000 }).catch(() => {});
  }, 1_000);
  void client.closed.then(() => clearInterval(beats));
  await client.ask('start', { fence, subject: 'postgres', runtime: 'process' }, { timeoutMs: 60_000 });
  const steady = await client.ask(
    'steady',
    { fence, settleMs: 1_000, budgetMs: 60_000 },
    { timeoutMs: 70_000 },
  );
  expect(steady).toMatchObject({ steady: true });
  const { nodes, state } = await client.ask('look', { fence }, { timeoutMs: 10_000 });
  expect(state).not.toEqual({});
  const fault = defaultSettings.repertoire.faultOf('node_kill');
  const subject = defaultSettings.repertoire.subjectOf('postgres');
  if (fault === undefined || subject === undefined) throw new Error('no node_kill, or no postgres');
  const plan = fault.plan({
    injection: 'x',
    params: { mode: 'crash' },
    target: 'primary',
    topology: subject.topology,
    nodes,
    random: createRandom(1),
  });
  const apply = () => client.ask('apply', { fence, plan, activeWithinMs: 3_000 }, { timeoutMs: 15_000 });
  return { client, events, apply };
}
