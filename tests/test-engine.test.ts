import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mountsIn } from '@ordeal/place';
import { whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answersAlready } from '../scripts/test-engine/why-no-engine.ts';

const HOLDER = fileURLToPath(new URL('support/hold-engine.ts', import.meta.url));
/** In a network namespace, where what stands comes from nobody else: as on a machine that never had an engine. */
const UNTOUCHED = 'echo 0 > /proc/sys/net/ipv4/ip_forward && iptables -P FORWARD ACCEPT && exec "$@"';
const SOON = { timeout: 30_000, interval: 100 };

const otherEngine = (await answersAlready()) ? 'another engine answers, and is used instead' : undefined;
const why = whyNoTestEngine() ?? otherEngine;
const title = "the tests' own engine";

describe.skipIf(why !== undefined)(why === undefined ? title : `${title} (skipped: ${why})`, () => {
  let folder: string;
  let holder: ChildProcess;
  let said: AsyncIterator<string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ordeal-engine-'));
    holder = spawn('unshare', ['--net', 'sh', '-c', UNTOUCHED, 'sh', process.execPath, HOLDER], {
      env: { ...process.env, ORDEAL_TEST_ENGINE_FOLDER: folder },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (holder.stdout === null) throw new Error('no standard output');
    said = createInterface(holder.stdout)[Symbol.asyncIterator]();
  });

  afterEach(async () => {
    if (holder.exitCode === null && holder.signalCode === null) {
      const exited = once(holder, 'exit');
      holder.kill('SIGKILL');
      await exited;
    }
    await expect.poll(() => processesIn(folder), SOON).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  const nextState = async () => JSON.parse((await said.next()).value ?? 'null');

  it('is gone when its last holder lets go of it, and so is all that it changed', async () => {
    const before = await nextState();
    const during = await nextState();
    expect(before).toMatchObject({ rules: [':FORWARD ACCEPT'], forwarding: '0' });
    expect(during).toMatchObject({ forwarding: '1' });
    expect(during.rules.length).toBeGreaterThan(before.rules.length);
    expect(during.links).toContain('br-');
    expect(processesIn(folder)).toContain('dockerd');

    holder.stdin?.end();
    expect(await nextState()).toEqual(before);
    expect(processesIn(folder)).not.toContain('dockerd');
    expect(processesIn(folder)).not.toContain('containerd');
    expect(mountsIn(folder)).toEqual([]);
    // The images' store is all that stays.
    expect(readdirSync(folder)).toEqual(['engine']);
  });

  it('is gone soon after its holder is killed', async () => {
    await nextState();
    await nextState();
    holder.kill('SIGKILL');
    await expect.poll(() => processesIn(folder), SOON).toEqual([]);
    expect(mountsIn(folder)).toEqual([]);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });
});

/** Names of the processes that were started, at whatever remove, with this folder in the environment. */
function processesIn(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (!environment.includes(`ORDEAL_TEST_ENGINE_FOLDER=${folder}`)) return [];
      return [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()];
    } catch {
      // Gone in the meantime.
      return [];
    }
  });
}
