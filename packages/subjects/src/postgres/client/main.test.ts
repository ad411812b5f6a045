import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deadlineSignal, type LoadLine, monotonicMs } from '@ordeal/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../../testing/free-ports.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { optionsAsArgs } from './options.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** A client whose servers are all down. */
async function startClient(name: string): Promise<ChildProcessWithoutNullStreams> {
  const cwd = join(folder.path, name);
  await mkdir(cwd);
  const addresses = (await freePorts(3)).map((port) => ({ host: '127.0.0.1', port }));
  const [primary = { host: '', port: 0 }, ...standbys] = addresses;
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  return spawn(process.execPath, [main, ...optionsAsArgs({ primary, standbys })], { cwd });
}

test('it starts at once, and says of each operation how it ended', async () => {
  const started = monotonicMs();
  const client = await startClient('quick');
  const lines = createInterface({ input: client.stdout });
  const [first] = (await once(lines, 'line', { signal: deadlineSignal(5_000) })) as [string];
  console.info(`from start to the first operation's end: ${Math.round(monotonicMs() - started)} ms`);
  expect(JSON.parse(first)).toEqual({
    op: expect.stringMatching(/read|write/),
    ok: false,
    ms: expect.any(Number),
    error: expect.stringContaining('ECONNREFUSED'),
  } satisfies Record<keyof Omit<LoadLine, 'ack'>, unknown>);
  client.kill('SIGKILL');
  await once(client, 'close');
});

test.each(['stdin', 'stdout'] as const)('it ends when its launcher closes its %s', async (stream) => {
  const client = await startClient(stream);
  await once(client.stdout, 'data', { signal: deadlineSignal(5_000) });
  client[stream].destroy();
  const [code] = await once(client, 'exit', { signal: deadlineSignal(5_000) });
  expect(code).toBe(0);
});

test('it ends when its launcher is gone', async () => {
  const cwd = join(folder.path, 'orphan');
  await mkdir(cwd);
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  // A launcher that gives its child no pipe of its own: only its death tells.
  const script = `
    const { spawn } = require('node:child_process');
    const stdio = ['ignore', 'inherit', 'inherit'];
    const child = spawn(process.execPath, [${JSON.stringify(main)}, '--primary=127.0.0.1:1'], { stdio });
    console.log('pid ' + child.pid);
    setTimeout(() => process.exit(), 1_500);`;
  const launcher = spawn(process.execPath, ['-e', script], { cwd });
  launcher.stdout.resume();
  // The pipe is closed when its last holder, the client, has ended too.
  await once(launcher, 'close', { signal: deadlineSignal(8_000) });
}, 15_000);
