import { embeddedStatus, startEmbedded } from '@ordeal/store';
import { Redis } from 'ioredis';
import type { World } from './world.ts';

/** All that Redis knows is gone; it goes on. */
export async function flushRedis({ redis }: World): Promise<void> {
  const client = new Redis(redis?.url ?? '', { maxRetriesPerRequest: 5 });
  await client.flushall();
  client.disconnect();
}

/** SIGKILL to the world's Postgres, and its start again. @param whileAway lasts as long as it is away */
export async function killPostgres(
  { folders }: World,
  whileAway: () => Promise<void> = async () => {},
): Promise<void> {
  const { pid } = await embeddedStatus(folders);
  if (pid !== null) process.kill(pid, 'SIGKILL');
  await whileAway();
  await startEmbedded(folders);
}
