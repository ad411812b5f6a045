import { spawn } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';
import { processesIn } from '@ordeal/place';
import { expect, onTestFinished, test } from 'vitest';
import { startEmbedded } from '../embedded/server.ts';
import { openTestFolders } from '../testing-server.ts';
import { inspectDatabase } from './inspect-database.ts';
import { inspectEmbedded } from './inspect-embedded.ts';

test('an embedded server before its first start, up, and killed: looked at, never touched', async () => {
  const { folders, remove } = await openTestFolders();
  onTestFinished(remove);
  const inspect = () =>
    inspectDatabase({ databaseUrl: undefined, schema: undefined, folders, timeoutMs: 5_000 });
  const dataFolder = join(folders.data, 'postgres');
  const draft = join(folders.data, 'postgres-draft-0123456789ab');
  await mkdir(draft);

  expect(await inspect()).toBeUndefined();
  expect(await inspectEmbedded(folders)).toEqual({
    dataFolder,
    madeBy: undefined,
    isRunning: false,
    hasStalePidFile: false,
    strays: [],
    secretsFile: join(folders.home, 'postgres.json'),
    drafts: [draft],
  });
  expect(await readdir(folders.data)).not.toContain('postgres');

  const { pid } = await startEmbedded(folders);
  expect(await inspect()).toMatchObject({ embeddedPid: pid, migrations: { isMade: false } });
  expect(await inspectEmbedded(folders)).toMatchObject({
    madeBy: expect.stringMatching(/^\d+$/),
    isRunning: true,
    hasStalePidFile: false,
    strays: [],
    drafts: [],
  });

  process.kill(pid, 'SIGKILL');
  await waitFor('its death', () => processesIn(dataFolder).length === 0 || undefined, { timeoutMs: 10_000 });
  expect(await inspect()).toBeUndefined();
  expect(await inspectEmbedded(folders)).toMatchObject({ isRunning: false, hasStalePidFile: true });

  // A process that a crash left there keeps the next start from the data.
  const stray = spawn('sleep', ['600'], { cwd: dataFolder, stdio: 'ignore' });
  try {
    const strays = [expect.stringMatching(new RegExp(`^${stray.pid}@`))];
    expect(await inspectEmbedded(folders)).toMatchObject({ isRunning: false, strays });
  } finally {
    stray.kill('SIGKILL');
  }
});
