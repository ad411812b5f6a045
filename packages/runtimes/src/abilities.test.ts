import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ABILITIES } from '@ordeal/core';
import { afterAll, describe, expect, test } from 'vitest';
import { missingAbilities } from './abilities.ts';
import { makeTestPlace } from './process/testing/start-echo.ts';
import { whyNoTestVolumes } from './process/testing/why-no-test-volumes.ts';

const TELLER = fileURLToPath(new URL('./process/testing/abilities-teller.ts', import.meta.url));
const run = promisify(execFile);
const packets = expect.stringContaining('have no packets to lose');
const limits = 'processes have no limits of their own here';
const noVolumes = await whyNoTestVolumes();
const skipped = noVolumes === undefined ? '' : ` (skipped: ${noVolumes})`;

const place = makeTestPlace();
afterAll(() => place[Symbol.dispose]());

async function told(command: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(command, [...args], { timeout: 30_000 });
  return JSON.parse(stdout);
}

describe.skipIf(noVolumes !== undefined)(`the process runtime where it may mount${skipped}`, () => {
  test('can do everything but lose packets and limit nodes', async () => {
    expect(await missingAbilities('process', {})).toEqual({ packets, limits });
  });

  test('has no volumes as another user, and says who that is', async () => {
    expect(await told(process.execPath, TELLER, place.folders.data, '65534')).toEqual({
      missing: {
        packets,
        limits,
        volumes: 'mounting a tmpfs needs root on Linux, and this worker runs as uid 65534',
      },
    });
  });

  test('has none as root in a box either: instances have plain folders, which cannot be filled', async () => {
    const inBox = ['--bounding-set=-sys_admin', process.execPath, TELLER, place.folders.data];
    const why = expect.stringMatching(/^this worker is root and may not mount a tmpfs all the same \(.+\)$/);
    expect(await told('setpriv', ...inBox)).toEqual({
      missing: { packets, limits, volumes: why },
      refusal: expect.stringMatching(
        /^there are no volumes of limited size here: this worker is root and may not/,
      ),
      hasFolder: true,
    });
  });
});

test('where no engine answers there can be no nodes on docker, and why is said', async () => {
  const missing = await missingAbilities('docker', { engine: 'unix:///nowhere/docker.sock' });
  expect(Object.keys(missing)).toEqual([...ABILITIES]);
  expect(missing.signals).toMatch(
    /^the Docker engine at unix:\/\/\/nowhere\/docker.sock does not answer: .*ENOENT/,
  );
});
