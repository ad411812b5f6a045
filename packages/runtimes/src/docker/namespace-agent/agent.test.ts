import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs, waitFor } from '@ordeal/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dialAs, type Peer } from '../../process/testing/line-server.ts';
import { pingEcho } from '../../process/testing/ping-echo.ts';
import { type AgentRule, STAY } from './protocol.ts';
import {
  type AgentProgram,
  bundleAgent,
  clientOf,
  type RunningAgent,
  startAgent,
  startEchoServer,
} from './testing/agents.ts';
import { openTestNetwork, type TestNetwork, whyNoTestNetwork } from './testing/test-network.ts';

const PORT = 7_000;
const OTHER_PORT = 7_001;
/** Far more than a round trip here takes, far less than the first resend of a connect. */
const SILENCE_MS = 300;
/** An answer to a connect that was lost is sent again after a second. */
const BEFORE_RESEND_MS = 900;

const noNetwork = await whyNoTestNetwork();
const skipped = noNetwork === undefined ? '' : ` (skipped: ${noNetwork})`;
const link = { from: 'near', to: 'far', port: 'main' };

describe.skipIf(noNetwork !== undefined)(`the namespace agent${skipped}`, () => {
  let program: AgentProgram;
  let network: TestNetwork;
  let agent: RunningAgent;

  beforeAll(async () => {
    program = await bundleAgent();
    network = await openTestNetwork(['near', 'far']);
    await startEchoServer(network, 'far', PORT);
    await startEchoServer(network, 'far', OTHER_PORT);
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    program[Symbol.dispose]();
  });
  beforeEach(() => {
    agent = startAgent(network, 'near', program);
  });
  afterEach(async () => {
    await endAgent();
    expect(await ownRules()).toBe('');
  });

  const peer = (port = PORT) => ({ host: network.host('far'), port });
  const peer6 = (port = PORT) => ({ host: network.host6('far'), port });
  const cut = (direction: 'forward' | 'backward' | 'both', to = peer()): AgentRule => ({
    kind: 'cut',
    link,
    peer: to,
    direction,
  });
  const delay = (ms: number, to = peer()): AgentRule => ({
    kind: 'delay',
    link,
    peer: to,
    minMs: ms,
    maxMs: ms,
    seed: '7',
  });
  const rate = (kbit: number): AgentRule => ({ kind: 'rate', link, peer: peer(), kbit });

  const ask = (...args: Parameters<RunningAgent['client']['ask']>) => agent.client.ask(...args);
  const shape = (injection: string, ...rules: AgentRule[]) => agent.client.ask('shape', { injection, rules });
  const unshape = (injection: string) => agent.client.ask('unshape', { injection });

  async function endAgent(): Promise<void> {
    if (agent.process.exitCode !== null || agent.process.signalCode !== null) return;
    const ended = once(agent.process, 'exit');
    agent.process.stdin?.end();
    expect(await ended).toEqual([0, null]);
  }

  /** What of ours the kernel has in the namespace. */
  async function ownRules(): Promise<string> {
    const saved = await network.run('near', 'sh', '-c', 'iptables-save; ip6tables-save');
    return saved
      .split('\n')
      .filter((line) => line.includes('ordeal-'))
      .join('\n');
  }

  /** An injection's rules are gone; a proxy's with the last connection through it. */
  async function nothingLeft(): Promise<void> {
    await waitFor(
      'no rules',
      async () => {
        await unshape('one');
        return (await ownRules()) === '' || undefined;
      },
      { timeoutMs: 20_000 },
    );
    expect((await agent.client.ask('look', {})).proxies).toEqual([]);
  }

  async function where(program: string): Promise<string> {
    return (await network.run('near', 'sh', '-c', `command -v ${program}`)).trim();
  }

  async function relay(to = peer()) {
    const { port } = await agent.client.ask('relay', { to });
    return { host: network.host('near'), port };
  }

  /** One echo by way of the namespace: its time, or undefined when there was none. */
  async function pingMs(to = peer(), withinMs = 5_000, bytes?: number): Promise<number | undefined> {
    const address = await relay(to);
    const signal = AbortSignal.timeout(withinMs);
    return pingEcho(address, signal, bytes).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
  }

  const isSilent = async (to = peer()) => (await pingMs(to, SILENCE_MS)) === undefined;

  /** A connection through the namespace, of which both ways have carried something. */
  async function established(): Promise<Peer> {
    const near = await dialAs(await relay());
    await echoes(near, 'hello\n');
    return near;
  }

  async function echoes(near: Peer, text: string, withinMs = 5_000): Promise<void> {
    const before = near.received();
    near.socket.write(text);
    await waitFor(`an echo of ${text.trim()}`, () => near.received() === before + text || undefined, {
      timeoutMs: withinMs,
      everyMs: 5,
    });
  }

  test('relays from inside the namespace, through one port for each address', async () => {
    const address = await relay();
    expect(await relay()).toEqual(address);
    expect((await relay(peer(OTHER_PORT))).port).not.toBe(address.port);
    expect(await pingMs()).toBeLessThan(SILENCE_MS);
    const { relays } = await agent.client.ask('look', {});
    expect(relays).toContainEqual({ to: peer(), port: address.port });
    expect(await ownRules()).toBe('');
  });

  test.each(['forward', 'backward', 'both'] as const)(
    'cuts %s: new flows and old ones, the peer only, and until it is undone',
    async (direction) => {
      const old = await established();
      expect(await shape('one', cut(direction))).toEqual({ how: ['iptables'] });
      await shape('one', cut(direction));
      expect(await isSilent()).toBe(true);
      await expect(echoes(old, 'nobody hears\n', SILENCE_MS)).rejects.toThrow('not within');
      expect(await pingMs(peer(OTHER_PORT))).toBeLessThan(SILENCE_MS);
      await unshape('one');
      await unshape('one');
      expect(await pingMs()).toBeLessThan(SILENCE_MS);
      // TCP itself sends again what was lost: nothing is missing.
      await waitFor('the rest', () => old.received() === 'hello\nnobody hears\n' || undefined, {
        timeoutMs: 20_000,
      });
      expect(await ownRules()).toBe('');
    },
  );

  test('one direction of a cut lets the other one pass', async () => {
    // Who has answered a connect waits for the third step of the handshake.
    const isHalfOpen = async () => {
      const states = await network.run('far', 'ss', '-H', '-n', '-t', '-a', 'state', 'syn-recv');
      return states.includes(`:${PORT}`);
    };
    const captured = async (direction: 'forward' | 'backward') => {
      await shape('one', cut(direction));
      expect(await isSilent()).toBe(true);
      const answered = await isHalfOpen();
      await unshape('one');
      return answered;
    };
    // A test before may have left one, until its answer is sent again.
    await waitFor('no handshake is open', async () => !(await isHalfOpen()) || undefined, {
      timeoutMs: 20_000,
    });
    expect(await captured('forward')).toBe(false);
    expect(await captured('backward')).toBe(true);
  });

  test('rules of several injections add up, and undoing one keeps the other', async () => {
    await shape('one', cut('both'), cut('both', peer(OTHER_PORT)));
    await shape('two', cut('both'));
    await unshape('one');
    expect(await pingMs(peer(OTHER_PORT))).toBeLessThan(SILENCE_MS);
    expect(await isSilent()).toBe(true);
    await shape('two', delay(100));
    expect(await pingMs()).toBeGreaterThanOrEqual(99);
    await shape('three', delay(150));
    expect(await pingMs()).toBeGreaterThanOrEqual(249);
    await unshape('two');
    const lessMs = await pingMs();
    expect(lessMs).toBeGreaterThanOrEqual(149);
    expect(lessMs).toBeLessThan(240);
  });

  test('delays what is dialled from the namespace, by whoever', async () => {
    expect(await shape('one', delay(200))).toEqual({ how: ['proxy'] });
    expect(await pingMs()).toBeGreaterThanOrEqual(199);
    expect(await pingMs(peer(OTHER_PORT))).toBeLessThan(199);
    const script = `const socket = require('net').connect(${PORT}, '${peer().host}', () => {
      const sent = performance.now();
      socket.write('x\\n');
      socket.on('data', () => { console.log(performance.now() - sent, socket.remotePort); process.exit(); });
    });`;
    const [ms, port] = (await network.run('near', process.execPath, '-e', script))
      .trim()
      .split(' ')
      .map(Number);
    expect(ms).toBeGreaterThanOrEqual(199);
    expect(port).toBe(PORT);
    await unshape('one');
    expect(await pingMs()).toBeLessThan(199);
    await nothingLeft();
  });

  test('a delay resets the flows that went past it, at both ends; they go on when it ends', async () => {
    const old = await established();
    await shape('one', delay(100));
    await waitFor('a reset', () => old.closed(), { timeoutMs: 5_000 });
    const filter = ['-H', '-n', '-t', 'state', 'established', 'sport', '=', `:${PORT}`];
    await waitFor(
      'none at the far end',
      async () => (await network.run('far', 'ss', ...filter)) === '' || undefined,
      {
        timeoutMs: 10_000,
      },
    );
    const led = await established();
    await unshape('one');
    const started = monotonicMs();
    await echoes(led, 'quick again\n');
    expect(monotonicMs() - started).toBeLessThan(99);
    const { proxies } = await agent.client.ask('look', {});
    expect(proxies).toEqual([{ peer: peer(), isInUse: false, connections: 1 }]);
    led.socket.end();
    await waitFor('the end', () => led.closed(), { timeoutMs: 5_000 });
    await nothingLeft();
  });

  test('limits the rate in both directions, through the same proxy as a delay', async () => {
    await shape('one', rate(1_000), delay(50));
    const bytes = 25_000;
    // 25,000 bytes are 200 ms each way.
    const ms = await pingMs(peer(), 5_000, bytes);
    expect(ms).toBeGreaterThanOrEqual(445);
    await unshape('one');
    expect(await pingMs(peer(), 5_000, bytes)).toBeLessThan(400);
  });

  test('a cut goes through a delay', async () => {
    await shape('delayed', delay(20));
    await shape('cut', cut('both'));
    expect(await isSilent()).toBe(true);
    await unshape('cut');
    expect(await pingMs()).toBeGreaterThanOrEqual(19);
  });

  test('loses packets that arrive, of new flows and old ones', async () => {
    await shape('one', { kind: 'loss', link, peer: peer(), percent: 100, end: 'dialler' });
    expect(await isSilent()).toBe(true);
    await shape('one', { kind: 'loss', link, peer: peer(), percent: 30, end: 'dialler' });
    const pings = Array.from({ length: 40 }, () => pingMs(peer(), BEFORE_RESEND_MS));
    const answered = (await Promise.all(pings)).filter((ms) => ms !== undefined).length;
    // All whose connect was answered at once, which is seven in ten: one in 10^5 to be out of this range.
    expect(answered).toBeGreaterThan(14);
    expect(answered).toBeLessThan(39);
  });

  test('does all of it on IPv6', async () => {
    await shape('one', cut('both', peer6()), delay(100, peer6(OTHER_PORT)));
    expect(await isSilent(peer6())).toBe(true);
    expect(await pingMs(peer())).toBeLessThan(SILENCE_MS);
    expect(await pingMs(peer6(OTHER_PORT))).toBeGreaterThanOrEqual(99);
    await unshape('one');
    expect(await pingMs(peer6())).toBeLessThan(SILENCE_MS);
    await nothingLeft();
  });

  test('takes the legacy tables where there are no others', async () => {
    await endAgent();
    // As in an image that has these programs and no others.
    const image = mkdtempSync(join(tmpdir(), 'ordeal-agent-image-'));
    const legacy = ['iptables', 'ip6tables'].flatMap((name) => [
      `${name}-legacy-save`,
      `${name}-legacy-restore`,
    ]);
    for (const name of [...legacy, 'ss', 'tc']) symlinkSync(await where(name), join(image, name));
    const child = network.start('near', 'env', `PATH=${image}`, process.execPath, program.path);
    agent = { client: clientOf(child), process: child };
    await shape('one', cut('both'), delay(100, peer(OTHER_PORT)));
    expect(await isSilent()).toBe(true);
    expect(await pingMs(peer(OTHER_PORT))).toBeGreaterThanOrEqual(99);
    const saved = () => network.run('near', 'iptables-legacy-save');
    expect(await saved()).toContain('ordeal-');
    expect(await ownRules()).toBe('');
    await endAgent();
    expect(await saved()).not.toContain('ordeal-');
    rmSync(image, { recursive: true });
  });

  test('without a packet filter it relays, and refuses to shape', async () => {
    await endAgent();
    const child = network.start('near', 'env', 'PATH=/nowhere', process.execPath, program.path);
    agent = { client: clientOf(child), process: child };
    expect(await pingMs()).toBeLessThan(SILENCE_MS);
    await expect(shape('one', cut('both'))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(await pingMs()).toBeLessThan(SILENCE_MS);
    await endAgent();
  });

  test('refuses to act beside the rules of others, names them and leaves them', async () => {
    const foreign = '-A OUTPUT -p tcp -m tcp --dport 9 -j ACCEPT';
    await network.run('near', 'iptables', ...foreign.split(' '));
    await expect(shape('one', cut('both'))).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining(foreign),
    });
    expect(await ownRules()).toBe('');
    expect(await network.run('near', 'iptables-save')).toContain(foreign);
    await network.run('near', 'iptables', ...foreign.replace('-A', '-D').split(' '));

    const queue = 'dev eth0 root handle 7: tbf rate 1mbit burst 32kbit latency 400ms';
    await network.run('near', 'tc', 'qdisc', 'add', ...queue.split(' '));
    await expect(shape('one', delay(10))).rejects.toThrow(
      /\(qdisc tbf 7: dev eth0 root .*\): take them away/,
    );
    expect(await network.run('near', 'tc', 'qdisc', 'show', 'dev', 'eth0')).toContain('qdisc tbf 7:');
    await network.run('near', 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root');

    await shape('one', cut('both'));
    expect(await isSilent()).toBe(true);
    await unshape('one');
  });

  test('takes nothing away but its own, whoever came meanwhile, and comes before it', async () => {
    await shape('one', cut('both'));
    const foreign = ['-A OUTPUT -p tcp -j foreign', '-A foreign -p tcp -j ACCEPT'];
    await network.run('near', 'iptables', '-N', 'foreign');
    for (const rule of foreign) await network.run('near', 'iptables', ...rule.split(' '));
    expect(await isSilent()).toBe(true);
    await unshape('one');
    const saved = await network.run('near', 'iptables-save');
    for (const rule of foreign) expect(saved).toContain(rule);
    await network.run('near', 'iptables', '-F', 'OUTPUT');
    await network.run('near', 'iptables', '-F', 'foreign');
    await network.run('near', 'iptables', '-X', 'foreign');
  });

  test('tells what the kernel has, not what it wrote', async () => {
    await shape('one', cut('forward'));
    const rules = async () => Object.values((await agent.client.ask('look', {})).chains);
    expect(await rules()).toEqual([[expect.stringContaining(`--dport ${PORT} -j DROP`)]]);
    await network.run('near', 'iptables', '-F');
    expect(await rules()).toEqual([[]]);
    // Undone all the same, whoever meddled.
    await unshape('one');
    expect(await rules()).toEqual([]);
  });

  test('undoes all when its guard is gone, and the next one what a killed one left', async () => {
    const all = [cut('both'), delay(100, peer(OTHER_PORT)), cut('both', peer6())];
    await shape('one', ...all);
    expect(await ownRules()).not.toBe('');
    await endAgent();
    expect(await ownRules()).toBe('');
    agent = startAgent(network, 'near', program);
    await shape('one', ...all);
    const killed = once(agent.process, 'exit');
    agent.process.kill('SIGKILL');
    await killed;
    expect(await ownRules()).not.toBe('');
    agent = startAgent(network, 'near', program);
    expect((await agent.client.ask('look', {})).chains).toEqual({});
    expect(await ownRules()).toBe('');
  });

  test('stays in its network with all undone when its guard is gone, if it is told so', async () => {
    await endAgent();
    agent = startAgent(network, 'near', program, STAY);
    await shape('one', cut('both'), delay(100, peer(OTHER_PORT)));
    expect(await ownRules()).not.toBe('');
    const ended = once(agent.process, 'exit');
    agent.process.stdin?.end();
    const undone = async () => (await ownRules()) === '' || undefined;
    await waitFor('all is undone', undone, { timeoutMs: 10_000 });
    const outcome = await Promise.race([ended, sleep(500, 'it stays')]);
    expect(outcome).toBe('it stays');
    agent.process.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test('fills a volume that is mounted where it runs, and frees it when its guard is gone', async () => {
    const path = mkdtempSync(join(tmpdir(), 'ordeal-agent-volume-'));
    const size = 4 * 1024 * 1024;
    // In a mount namespace of its own, which ends with the agent; its folder can be seen by way of its process.
    const mountAndRun = `mount -t tmpfs -o size=${size} ordeal ${path} && exec "$0" "$@"`;
    const child = network.start(
      'near',
      'unshare',
      '-m',
      'sh',
      '-c',
      mountAndRun,
      process.execPath,
      program.path,
    );
    const client = clientOf(child);
    expect(await client.ask('volume', { path })).toEqual({
      sizeBytes: size,
      usedBytes: 0,
      isFull: false,
      filledBytes: {},
    });
    await client.ask('fill', { injection: 'one', path, percent: 50 });
    await client.ask('fill', { injection: 'two', path, percent: 75 });
    await client.ask('free', { injection: 'one', path });
    await client.ask('free', { injection: 'one', path });
    const look = await waitFor(
      'three quarters',
      async () => {
        const now = await client.ask('volume', { path });
        return now.usedBytes === (size * 3) / 4 ? now : undefined;
      },
      { timeoutMs: 5_000 },
    );
    expect(Object.keys(look.filledBytes)).toEqual(['two']);
    const again = client.ask('fill', { injection: 'three', path, percent: 20 });
    await expect(again).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    const inside = openSync(`/proc/${child.pid}/root${path}`, 'r');
    expect(readdirSync(`/proc/self/fd/${inside}`)).toEqual(['ordeal-filling-two']);
    const ended = once(child, 'exit');
    child.stdin?.end();
    expect(await ended).toEqual([0, null]);
    expect(readdirSync(`/proc/self/fd/${inside}`)).toEqual([]);
    closeSync(inside);
    rmSync(path, { recursive: true });
  });

  test('refuses to fill what is no volume of its own', async () => {
    const path = mkdtempSync(join(tmpdir(), 'ordeal-agent-folder-'));
    const filled = ask('fill', { injection: 'one', path, percent: 50 });
    await expect(filled).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect(readdirSync(path)).toEqual([]);
    rmSync(path, { recursive: true });
  });

  test('refuses what is no request, and says what is wrong', async () => {
    const named = { ...cut('both'), peer: { host: 'far', port: PORT } };
    await expect(shape('one', named)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(ask('relay', { to: { host: '', port: 0 } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await ownRules()).toBe('');
  });

  test('a client whose agent is gone says so, at once and to all who wait', async () => {
    await agent.client.ask('look', {});
    agent.process.kill('SIGSTOP');
    const waiting = expect(ask('look', {})).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    const killed = once(agent.process, 'exit');
    agent.process.kill('SIGKILL');
    await killed;
    await waiting;
    await expect(ask('look', {})).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  });
});
