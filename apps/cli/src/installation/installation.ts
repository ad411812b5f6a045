import { setTimeout as delay } from 'node:timers/promises';
import { type Folders, openFolders } from '@ordeal/place';
import { type CampaignQueues, openQueues } from '@ordeal/queue';
import { openStore, type Store } from '@ordeal/store';

const CLOSE_WITHIN_MS = 6_000;

/** Everything a command needs that has to be closed again. */
export interface Installation extends AsyncDisposable {
  readonly folders: Folders;
  readonly store: Store;
  readonly databaseUrl: string;
  /** Opened when first asked for: reading commands need no Redis. */
  queues(): Promise<CampaignQueues>;
}

/** Opens the database of DATABASE_URL, or starts the embedded one; REDIS_URL decides about the queue. */
export async function openInstallation(say: (line: string) => void = () => {}): Promise<Installation> {
  const folders = openFolders();
  const databaseUrl = process.env.DATABASE_URL;
  const store = await openStore({ folders, log: say, ...(databaseUrl ? { databaseUrl } : {}) });
  let queues: Promise<CampaignQueues> | undefined;
  return {
    folders,
    store,
    databaseUrl: store.databaseUrl,
    queues() {
      queues ??= openQueues({ redisUrl: process.env.REDIS_URL || undefined, databaseUrl: store.databaseUrl });
      return queues;
    },
    async [Symbol.asyncDispose]() {
      const closed = (async () => {
        await queues?.then(
          (opened) => opened.close(),
          () => {},
        );
        await store.close();
      })();
      // A server that is frozen lets nobody take leave; the command has said all it had to say.
      await Promise.race([closed, delay(CLOSE_WITHIN_MS, undefined, { ref: false })]);
    },
  };
}
