import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
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
  let first: Holder;
  const holders: Holder[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ordeal-engine-'));
    first = startHolder('unshare', ['--net', 'sh', '-c', UNTOUCHED, 'sh']);
  });

  afterEach(async () => {
    await Promise.all(holders.splice(0).map((holder) => holder.kill()));
    await expect.poll(() => namesOf(processesIn(folder)), SOON).toEqual([]);
    for (const { path } of mountsIn(folder).reverse()) execFileSync('umount', [path]);
    await rm(folder, { recursive: true, force: true });
  });

  function startHolder(command: string, args: string[]): Holder {
    const holder = new Holder(command, args, folder);
    holders.push(holder);
    return holder;
  }

  it('is gone when its last holder lets go of it, and so is all that it changed', async () => {
    const before = await first.nextState();
    const during = await first.nextState();
    expect(before).toMatchObject({ rules: [':FORWARD ACCEPT'], forwarding: '0' });
    expect(during).toMatchObject({ forwarding: '1' });
    expect(during.rules.length).toBeGreaterThan(before.rules.length);
    expect(during.links).toContain('br-');
    expect(namesOf(processesIn(folder))).toContain('dockerd');

    first.letGo();
    expect(await first.nextState()).toEqual(before);
    expect(namesOf(processesIn(folder))).not.toContain('dockerd');
    expect(namesOf(processesIn(folder))).not.toContain('containerd');
    expect(mountsIn(folder)).toEqual([]);
    // The images' store is all that stays.
    expect(readdirSync(folder)).toEqual(['engine']);
  });

  it('is shared, and stays while anybody holds it', async () => {
    await first.nextState();
    await first.nextState();
    const second = startHolder('nsenter', [`--net=/proc/${first.pid}/ns/net`]);
    await second.nextState();
    await second.nextState();
    expect(namesOf(processesIn(folder)).filter((name) => name === 'dockerd')).toHaveLength(1);
    first.letGo();
    expect((await first.nextState()).links).toContain('br-');
    expect(namesOf(processesIn(folder))).toContain('dockerd');
  });

  it('is gone soon after its holder is killed', async () => {
    await first.nextState();
    await first.nextState();
    await first.kill();
    await expect.poll(() => namesOf(processesIn(folder)), SOON).toEqual([]);
    expect(mountsIn(folder)).toEqual([]);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  it('ends with its keeper, and the next one clears up after both', async () => {
    const before = await first.nextState();
    await first.nextState();
    const keeper = processesIn(folder).find(({ pid, name }) => name === 'node' && pid !== first.pid);
    process.kill(keeper?.pid ?? Number.NaN, 'SIGKILL');
    await expect.poll(() => namesOf(processesIn(folder)), SOON).not.toContain('dockerd');
    const second = startHolder('nsenter', [`--net=/proc/${first.pid}/ns/net`]);
    expect((await second.nextState()).rules).not.toEqual(before.rules);
    await second.nextState();
    second.letGo();
    expect(await second.nextState()).toEqual(before);
    expect(readdirSync(folder)).toEqual(['engine']);
  });
});

/** `support/hold-engine.ts` in a process of its own, with the engine in this folder. */
class Holder {
  readonly pid: number | undefined;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #said: AsyncIterator<string>;

  /** @param command what is to run it, and where: it replaces itself */
  constructor(command: string, args: string[], folder: string) {
    this.#process = spawn(command, [...args, process.execPath, HOLDER], {
      env: { ...process.env, ORDEAL_TEST_ENGINE_FOLDER: folder },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.pid = this.#process.pid;
    this.#said = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  async nextState(): Promise<{ rules: string[]; forwarding: string; links: string }> {
    return JSON.parse((await this.#said.next()).value ?? 'null');
  }

  letGo(): void {
    this.#process.stdin.end();
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/** The processes that were started, at whatever remove, with this folder in the environment. */
function processesIn(folder: string): { pid: number; name: string }[] {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (!environment.includes(`ORDEAL_TEST_ENGINE_FOLDER=${folder}`)) return [];
      // A thread of Node's may bear another name than the program.
      return [{ pid, name: basename(readlinkSync(`/proc/${pid}/exe`)) }];
    } catch {
      // Gone in the meantime.
      return [];
    }
  });
}

function namesOf(processes: { name: string }[]): string[] {
  return processes.map(({ name }) => name);
}
