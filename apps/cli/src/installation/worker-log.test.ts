import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { workerLog } from './worker-log.ts';

afterEach(() => vi.unstubAllEnvs());

async function written(write: (log: ReturnType<typeof workerLog>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'worker.log');
  write(workerLog(file));
  return readFile(file, 'utf8');
}

describe("the worker's log", () => {
  it('holds no secret, in whatever field or message it comes', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://me:se%22cret-1@db.example/ordeal');
    const url = process.env.DATABASE_URL ?? '';
    const text = await written((log) => {
      log.info({ databaseUrl: 'x-secret-1', options: { password: 'x-secret-2' } }, 'opened');
      log.child({ part: { connection: { password: 'x-secret-3' } } }).warn(`cannot open ${url}`);
      log.error({ error: new Error('password se"cret-1 is wrong') }, 'refused');
    });
    const lines = text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'opened',
      'cannot open postgres://me:[redacted]@db.example/ordeal',
      'refused',
    ]);
    expect(text).not.toMatch(/secret-\d|cret-1/);
  });

  it('refuses a level that is none', () => {
    vi.stubEnv('ORDEAL_LOG_LEVEL', 'loud');
    expect(() => workerLog()).toThrow(/ORDEAL_LOG_LEVEL loud: must be one of .*debug/);
  });
});
