import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Folders, openFolders } from '@ordeal/place';
import { startTestRedis, whyNoTestRedis } from '@ordeal/queue/testing';
import { startEmbedded, stopEmbedded } from '@ordeal/store';

/** An installation in temporary folders, with an embedded Postgres and a Redis on free ports; all of it goes in the end. */
export interface BenchInstallation extends AsyncDisposable {
  readonly folders: Folders;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The environment of a command that uses this installation, with its queue in Redis or in Postgres. */
  environment(queue?: 'redis' | 'postgres'): NodeJS.ProcessEnv;
}

/** @throws Error when there is no redis-server on this machine */
export async function openBenchInstallation(): Promise<BenchInstallation> {
  const noRedis = whyNoTestRedis();
  if (noRedis !== undefined) throw new Error(noRedis);
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'ordeal-bench-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const folders = openFolders(home);
  made.defer(() => rm(folders.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const { url } = await startEmbedded(folders);
  made.defer(async () => void (await stopEmbedded(folders)));
  const redis = await startTestRedis();
  made.defer(() => redis.stop());
  const rest = made.move();
  return {
    folders,
    databaseUrl: url,
    redisUrl: redis.url,
    environment: (queue = 'redis') => ({
      ...process.env,
      ORDEAL_HOME: home,
      DATABASE_URL: '',
      REDIS_URL: queue === 'redis' ? redis.url : '',
    }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
