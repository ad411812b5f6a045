import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@ordeal/core';
import { Redis } from 'ioredis';

/** A Redis for one test file, with a prefix of its own. */
export interface TestRedis {
  readonly url: string;
  readonly prefix: string;
  /** Deletes all keys of the prefix: what a lost Redis looks like to Ordeal. */
  wipe(): Promise<void>;
  /** What it looks like when its clock, and that of whoever writes to it, has been set back by so much. */
  setClockBack(byMs: number): Promise<void>;
  /** Ends the server, calls back, and starts it again on the same port, empty. Only for a server of one's own. */
  restart(whileAway: () => Promise<void>): Promise<void>;
  /** Ends the server at once; `stop` is needed all the same. Only for a server of one's own. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Why there can be no Redis here, for the name of a skipped test; undefined when there can.
 * @throws Error in CI, where nothing may be skipped.
 */
export function whyNoTestRedis(): string | undefined {
  if (process.env.ORDEAL_TEST_REDIS_URL || spawnSync('redis-server', ['--version']).status === 0) {
    return undefined;
  }
  if (process.env.CI) throw new Error('redis-server is not installed, and CI skips nothing');
  return 'redis-server is not installed';
}

/**
 * Starts a redis-server on a free port, or uses the one at ORDEAL_TEST_REDIS_URL.
 * @param settings as in redis.conf, for a server of the test's own: one with a password, or not as it should be
 * @param env beside ours
 */
export async function startTestRedis(
  settings?: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<TestRedis> {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const shared = process.env.ORDEAL_TEST_REDIS_URL;
  if (shared && settings === undefined) {
    const wipe = (): Promise<void> => deleteKeys(shared, prefix);
    const setClockBack = (byMs: number): Promise<void> => putOffKeys(shared, prefix, byMs);
    const refuse = async (): Promise<void> => {
      throw new Error('a shared Redis is not ended');
    };
    return { url: shared, prefix, wipe, setClockBack, restart: refuse, kill: refuse, stop: wipe };
  }
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-redis-'));
  const port = await freePort();
  const password = settings?.requirepass;
  const url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
  const start = (): ChildProcess => startServer(port, folder, env, settings);
  let server = start();
  // A test run that dies takes its server with it.
  const kill = (): void => void server.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    await end(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    prefix,
    wipe: () => deleteKeys(url, prefix),
    setClockBack: (byMs) => putOffKeys(url, prefix, byMs),
    restart: async (whileAway) => {
      await end(server);
      try {
        await whileAway();
      } finally {
        server = start();
        await answering(url);
      }
    },
    kill: () => end(server),
    stop,
  };
}

function startServer(
  port: number,
  folder: string,
  env: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): ChildProcess {
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder, ...more };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return spawn('redis-server', args, { env: { ...process.env, ...env }, stdio: 'ignore' });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

async function answering(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => {});
  try {
    let up = false;
    client.ping().then(
      () => {
        up = true;
      },
      () => {},
    );
    await waitFor('redis-server', () => up || undefined, { timeoutMs: 10_000, everyMs: 20 });
  } finally {
    client.disconnect();
  }
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const client = new Redis(url);
  try {
    const keys = await client.keys(`${prefix}:*`);
    for (let from = 0; from < keys.length; from += 1_000) await client.unlink(keys.slice(from, from + 1_000));
  } finally {
    client.disconnect();
  }
}

/** What expires, and jobs that are due, whose score is that time by 4,096. */
async function putOffKeys(url: string, prefix: string, byMs: number): Promise<void> {
  const client = new Redis(url);
  try {
    for (const key of await client.keys(`${prefix}:*`)) {
      const leftMs = await client.pttl(key);
      if (leftMs > 0) await client.pexpire(key, leftMs + byMs);
      if (!key.endsWith(':delayed')) continue;
      for (const job of await client.zrangebyscore(key, '-inf', '+inf')) {
        await client.zincrby(key, byMs * 4_096, job);
      }
    }
  } finally {
    client.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
