import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instance, waitFor } from '@ordeal/core';
import { mountsIn, unprivilegedUser } from '@ordeal/place';
import { afterAll, describe, expect, test } from 'vitest';
import { Volume } from '../volume/volume.ts';
import { ECHO_VOLUME } from './testing/echo-subject.ts';
import { makeTestPlace, startEcho } from './testing/start-echo.ts';
import { whyNoTestVolumes } from './testing/why-no-test-volumes.ts';

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
  test('is not filled with memory that the machine cannot spare, and why is said', async () => {
    await using echo = await startEcho(place, 'spared');
    const folder = volumeOf(echo.instance.label, 'alpha');
    const floor = 256 * MIB;
    const poor = new Volume(folder, () => floor + SIZE / 2 - MIB);
    await expect(poor.fill('one', 50)).rejects.toMatchObject({
      code: 'MACHINE_FAILED',
      message: expect.stringMatching(/takes 4 MiB of memory, .* 259 MiB available, and 256 MiB must be left/),
    });
    expect(readdirSync(folder)).toEqual([]);
    const enough = new Volume(folder, () => floor + SIZE / 2);
    await enough.fill('one', 50);
    await enough.close();
  });

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

  test('what the node fills by itself is no filling, and nothing leads out of the volume', async () => {
    await using echo = await startEcho(place, 'by-itself');
    const { instance } = echo;
    const volume = volumeOf(instance.label, 'alpha');
    expect(writeAsNode(join(volume, 'own'), 2 * MIB)).toBe('written');
    await expect(instance.fill('one', 'alpha', 20)).rejects.toThrow('the volume is 25.0 % full by itself');
    expect(readdirSync(volume)).toEqual(['own']);
    await instance.fill('../../one', 'alpha', 26);
    expect(await instance.lookAtVolume('alpha')).toMatchObject({ filledBytes: { '../../one': 21 * PAGE } });
    const outside = join(place.folders.data, 'outside');
    writeFileSync(outside, 'precious');
    symlinkSync(outside, join(volume, 'ordeal-filling-two'));
    await expect(instance.fill('two', 'alpha', 100)).rejects.toThrow('EEXIST');
    expect(readFileSync(outside, 'utf8')).toBe('precious');
  });

  test('a filling that is undone while it is at work leaves nothing', async () => {
    await using echo = await startEcho(place, 'undone-at-once');
    const { instance } = echo;
    const filling = instance.fill('one', 'alpha', 100).catch((reason: unknown) => reason);
    await instance.free('one', 'alpha');
    expect(await filling).toMatchObject({ name: 'AbortError' });
    expect(await instance.lookAtVolume('alpha')).toMatchObject({ usedBytes: 0, filledBytes: {} });
  });
});
