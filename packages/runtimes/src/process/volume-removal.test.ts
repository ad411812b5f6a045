import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@ordeal/core';
import { mountsIn, processesIn } from '@ordeal/place';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ECHO_VOLUME } from './testing/echo-subject.ts';
import { makeTestPlace, startEcho } from './testing/start-echo.ts';
import { whyNoTestVolumes } from './testing/why-no-test-volumes.ts';

const OWNER_PROGRAM = fileURLToPath(new URL('./testing/instance-owner.ts', import.meta.url));

const noVolumes = await whyNoTestVolumes();
const skipped = noVolumes === undefined ? '' : ` (skipped: ${noVolumes})`;
const place = makeTestPlace();
afterAll(() => place[Symbol.dispose]());

const volumeOf = ({ folder }: { folder: string }, node: string) => join(folder, node, ECHO_VOLUME.path);

describe.skipIf(noVolumes !== undefined)(`removing volumes${skipped}`, () => {
  test('a volume that somebody has a file open in is detached all the same', async () => {
    await using echo = await startEcho(place, 'busy');
    const { label } = echo.instance;
    const file = openSync(join(volumeOf(label, 'alpha'), 'open'), 'w');
    const holder = spawn('sleep', ['60'], { cwd: '/', stdio: [file, 'ignore', 'ignore'] });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await echo.instance.remove();
    expect(holder.exitCode).toBeNull();
    expect(mountsIn(label.folder)).toEqual([]);
    expect(existsSync(label.folder)).toBe(false);
  });

  test("somebody else's mount in the folder is never deleted into: the removal says whose it is", async () => {
    const echo = await startEcho(place, 'not-ours');
    const { label } = echo.instance;
    const foreign = join(label.folder, 'alpha', 'mine');
    mkdirSync(foreign);
    asRoot('mount', '-t', 'tmpfs', 'theirs', foreign);
    onTestFinished(() => {
      if (mountsIn(foreign).length > 0) asRoot('umount', foreign);
    });
    writeFileSync(join(foreign, 'precious'), 'x');
    const error = await echo.instance.remove().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      cause: { message: `somebody mounted tmpfs theirs on ${foreign}: unmount it` },
    });
    expect(await place.runtime.removeLeftovers(label)).toBe(false);
    expect(readdirSync(foreign)).toEqual(['precious']);
    asRoot('umount', foreign);
    await echo.instance.remove();
    expect(existsSync(label.folder)).toBe(false);
  });

  test('what an owner filled that was killed is unmounted and removed by the label alone', async () => {
    const label = place.label('left');
    await killedOwner(label.instance, ['100'], async (output) => {
      await once(output, 'data');
      expect(readdirSync(volumeOf(label, 'alpha'))).toEqual(['ordeal-filling-one']);
    });
    expect(mountsIn(label.folder).length).toBe(3);
    expect(await place.runtime.removeLeftovers(label)).toBe(true);
    expect(mountsIn(label.folder)).toEqual([]);
    expect(existsSync(label.folder)).toBe(false);
    expect(await place.runtime.removeLeftovers(label)).toBe(true);
  });

  test('a mount that was under way when its owner was killed does not come later', async () => {
    const label = place.label('half-mounted');
    const bin = join(place.folders.data, 'bin');
    const began = join(place.folders.data, 'mount-began');
    mkdirSync(bin);
    const realMount = asRoot('sh', '-c', 'command -v mount');
    // A slow machine: only mounts in an instance's folder are, not the one that tries whether mounting works.
    const slowMount = `#!/bin/sh
[ "$PWD" = / ] && exec ${realMount} "$@"
touch ${began}; sleep 3; exec ${realMount} "$@"\n`;
    writeFileSync(join(bin, 'mount'), slowMount, { mode: 0o755 });
    await killedOwner(
      label.instance,
      [],
      () => waitFor('the mount began', () => existsSync(began) || undefined, { timeoutMs: 20_000 }),
      { PATH: `${bin}:${process.env.PATH}` },
    );
    expect(processesIn(label.folder).length).toBeGreaterThan(0);
    expect(await place.runtime.removeLeftovers(label)).toBe(true);
    expect(processesIn(label.folder)).toEqual([]);
    expect(mountsIn(label.folder)).toEqual([]);
    expect(existsSync(label.folder)).toBe(false);
  });
});

/** Starts an owner of an instance, and kills it when `until` has come. */
async function killedOwner(
  instance: string,
  args: readonly string[],
  until: (output: NonNullable<ChildProcess['stdout']>) => Promise<unknown>,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const owner = spawn(process.execPath, [OWNER_PROGRAM, place.folders.data, instance, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = once(owner, 'exit');
  try {
    await until(owner.stdout);
  } finally {
    owner.kill('SIGKILL');
    await ended;
  }
}

function asRoot(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' }).trim();
}
