import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { deadlineSignal } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCompose, runCompose } from './compose-program.ts';

/** Programs of these names that stand in for compose: what is tested is which one is run, and how. */
const PATH = process.env.PATH ?? '';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordeal-programs-'));
  process.env.PATH = folder;
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(folder, { recursive: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

test('the plugin is preferred, the old program taken without it, and having neither is no error', async () => {
  expect(await findCompose()).toBeUndefined();
  await program('docker', `[ "$1" = compose ] && echo "docker: unknown command" >&2 && exit 1`);
  expect(await findCompose()).toBeUndefined();
  await program('docker-compose', 'echo 1.29');
  expect(await findCompose()).toEqual(['docker-compose']);
  await program('docker', `[ "$1" = compose ]`);
  expect(await findCompose()).toEqual(['docker', 'compose']);
});

test('it reads its standard input, tells of its progress, and gives what it wrote', async () => {
  await program(
    'docker-compose',
    'read -r line; echo "got $line for $DOCKER_HOST"; echo one >&2; echo two >&2',
  );
  const progress: string[] = [];
  const output = await runCompose(['docker-compose'], ['up'], {
    cwd: folder,
    signal: deadlineSignal(5_000),
    engine: 'unix:///here.sock',
    input: 'services\n',
    progress: (line) => progress.push(line),
  });
  expect(output).toBe('got services for unix:///here.sock\n');
  expect(progress).toEqual(['one', 'two']);
});

test('its last lines say why it failed', async () => {
  await program(
    'docker-compose',
    'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i" >&2; done; exit 7',
  );
  const run = runCompose(['docker-compose'], ['up', '-d'], { cwd: folder, signal: deadlineSignal(5_000) });
  await expect(run).rejects.toThrow(/^docker-compose up -d failed \(exit code 7\): line 29\n.*line 40$/s);
});

test('it is killed with the reason of the signal', async () => {
  process.env.PATH = `${folder}${delimiter}${PATH}`;
  await program('docker-compose', 'exec sleep 100');
  const giveUp = new AbortController();
  const run = runCompose(['docker-compose'], ['up'], { cwd: folder, signal: giveUp.signal });
  giveUp.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
});
