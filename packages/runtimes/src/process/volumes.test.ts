import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Instance, waitFor } from '@ordeal/core';
import { mountsIn, processesIn, unprivilegedUser } from '@ordeal/place';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ECHO_VOLUME } from './testing/echo-subject.ts';
import { makeTestPlace, startEcho } from './testing/start-echo.ts';
import { whyNoTestVolumes } from './testing/why-no-test-volumes.ts';

const OWNER_PROGRAM = fileURLToPath(new URL('./testing/instance-owner.ts', import.meta.url));
const MIB = 1024 * 1024;
const SIZE = ECHO_VOLUME.sizeMb * MIB;
const PAGE = 4_096;

const noVolumes = await whyNoTestVolumes();
const skipped = noVolumes === undefined ? '' : ` (skipped: ${noVolumes})`;
const place = makeTestPlace();
afterAll(() => place[Symbol.dispose]());

const volumeOf = ({ folder }: { folder: string }, node: string) => join(folder, node, ECHO_VOLUME.path);

/** Writes as the server's user would; what the shell said about it. */
function writeAsNode(path: string, bytes: number): string {
  try {
    const script = `head -c ${bytes} /dev/zero > "$0"`;
    execFileSync('sh', ['-c', script, path], { ...unprivilegedUser(), cwd: '/', stdio: 'pipe' });
    return 'written';
  } catch (error) {
    return String((error as { stderr: unknown }).stderr);
  }
}

async function percentOf(instance: Instance, node = 'alpha'): Promise<number> {
  const { usedBytes, sizeBytes } = await instance.lookAtVolume(node);
  return (usedBytes / sizeBytes) * 100;
}

describe.skipIf(noVolumes !== undefined)(`volumes${skipped}`, () => {
  test('a node that asks for one has a file system of its own, of that size, empty and its own', async () => {
    await using echo = await startEcho(place, 'in the table');
    const { instance } = echo;
    const { folder } = instance.label;
    const nodes = ['alpha', 'beta', 'gamma'];
    expect(mountsIn(folder)).toEqual(
      nodes.map((node) => ({ path: volumeOf(instance.label, node), type: 'tmpfs', source: 'ordeal' })),
    );
    expect(await instance.lookAtVolume('alpha')).toEqual({
      sizeBytes: SIZE,
      usedBytes: 0,
      isFull: false,
      filledBytes: {},
    });
    const { mode, uid } = statSync(volumeOf(instance.label, 'alpha'));
    expect([mode & 0o777, uid]).toEqual([0o700, unprivilegedUser()?.uid]);
    await expect(instance.fill('one', 'client', 50)).rejects.toThrow('client keeps no data in a volume');
    await instance.remove();
    expect(mountsIn(folder)).toEqual([]);
    await instance.free('one', 'alpha');
    await expect(instance.fill('one', 'alpha', 50)).rejects.toThrow('is being removed');
    expect(existsSync(folder)).toBe(false);
  });

  test('a filling goes exactly so far, twice is once, and undoing one keeps the other', async () => {
    await using echo = await startEcho(place, 'filled');
    const { instance } = echo;
    await instance.free('half', 'alpha');
    await instance.fill('half', 'alpha', 50);
    await instance.fill('half', 'alpha', 50);
    expect(await instance.lookAtVolume('alpha')).toEqual({
      sizeBytes: SIZE,
      usedBytes: SIZE / 2,
      isFull: false,
      filledBytes: { half: SIZE / 2 },
    });
    expect(await percentOf(instance, 'beta')).toBe(0);
    await instance.fill('more', 'alpha', 75);
    await instance.free('half', 'alpha');
    // What is given back is taken by the other, which wants three quarters.
    await waitFor('75 % again', async () => (await percentOf(instance)) === 75 || undefined, {
      timeoutMs: 5_000,
    });
    await instance.free('more', 'alpha');
    await instance.free('more', 'alpha');
    expect(await percentOf(instance)).toBe(0);
  });

  test('at 100 % the node cannot write a byte, nor keep what it gives back; freed, it can', async () => {
    await using echo = await startEcho(place, 'full');
    const { instance } = echo;
    const volume = volumeOf(instance.label, 'alpha');
    expect(writeAsNode(join(volume, 'own'), MIB)).toBe('written');
    await instance.fill('one', 'alpha', 100);
    expect(await instance.lookAtVolume('alpha')).toMatchObject({
      usedBytes: SIZE,
      isFull: true,
      filledBytes: { one: SIZE - MIB },
    });
    expect(writeAsNode(join(volume, 'more'), 1)).toContain('No space left on device');
    rmSync(join(volume, 'own'));
    await waitFor('full again', async () => (await instance.lookAtVolume('alpha')).isFull || undefined, {
      timeoutMs: 5_000,
    });
    expect(writeAsNode(join(volume, 'more'), 1)).toContain('No space left on device');
    await instance.free('one', 'alpha');
    expect(await instance.lookAtVolume('alpha')).toMatchObject({
      usedBytes: 0,
      isFull: false,
      filledBytes: {},
    });
    expect(writeAsNode(join(volume, 'more'), 1)).toBe('written');
    expect(readdirSync(volume)).toEqual(['more']);
  });

  test('what the node fills by itself is no filling, and a name does not lead out of the volume', async () => {
    await using echo = await startEcho(place, 'by-itself');
    const { instance } = echo;
    const volume = volumeOf(instance.label, 'alpha');
    expect(writeAsNode(join(volume, 'own'), 2 * MIB)).toBe('written');
    await expect(instance.fill('one', 'alpha', 25)).rejects.toThrow('the volume is 25 % full by itself');
    expect(readdirSync(volume)).toEqual(['own']);
    await instance.fill('../../one', 'alpha', 26);
    expect(await instance.lookAtVolume('alpha')).toMatchObject({ filledBytes: { '../../one': 21 * PAGE } });
  });

  test('a filling that is undone while it is at work leaves nothing', async () => {
    await using echo = await startEcho(place, 'undone-at-once');
    const { instance } = echo;
    const filling = instance.fill('one', 'alpha', 100);
    await instance.free('one', 'alpha');
    await filling.catch(() => {});
    expect(await instance.lookAtVolume('alpha')).toMatchObject({ usedBytes: 0, filledBytes: {} });
  });
});

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
