import { within } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { campaignActivity, slotsByWorker } from './activity.ts';
import { finishIfDone, getCampaign, listCampaigns, markRunning, progress } from './campaigns.ts';
import { cancelCampaign } from './cancel.ts';
import { createChanges } from './changes.ts';
import { createCampaign } from './create-campaign.ts';
import { resolveDatabaseUrl } from './database/address.ts';
import { type ConnectOptions, connectPool, isUnavailable, unavailable } from './database/connect.ts';
import { migrate } from './database/migrate.ts';
import { checkSchemaName } from './database/schema-name.ts';
import type { Session } from './database/session.ts';
import type { Tables } from './database/tables.ts';
import { databaseId } from './database-id.ts';
import { listEvents } from './events.ts';
import { beat, listExecutions, liveExecutions } from './executions.ts';
import { listInjections, openInjections } from './injections.ts';
import { pauseCampaign, resumeCampaign } from './pause.ts';
import { listPublished, publishEntries } from './published.ts';
import { takeQueueChecks } from './queue-checks.ts';
import { reopenFailedTrials, retryTrials } from './retry.ts';
import { runningTrials } from './running-trials.ts';
import { waitingTrials } from './slots.ts';
import type { Store } from './store.ts';
import { findTrial, getTrial, listTrials } from './trials.ts';
import { liveWorkers, registerWorker, retireWorker } from './workers.ts';

export interface OpenStoreOptions {
  /** Default: DATABASE_URL; without it the embedded server of this installation, started if need be. */
  readonly databaseUrl?: string | undefined;
  readonly folders: Folders;
  /** Receives lines about broken connections; never a password. Default: silence. */
  readonly log?: ((line: string) => void) | undefined;
  /** Default `ordeal`. Each schema is a world of its own. */
  readonly schema?: string | undefined;
  /** Milliseconds to keep trying to reach the server, default 10,000. Too low: a restarting server fails the command. Too high: a wrong address is noticed late. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds that one call may take, default 90,000; the server itself ends statements after 60 s. Too low: a slow server fails healthy calls. Too high: a frozen one holds up commands for long. Writing and cancelling a campaign take what they take. */
  readonly answerTimeoutMs?: number | undefined;
  /** Connections at most, default 10. Too low: claims and beats queue behind each other. Too high: many workers exhaust the server. */
  readonly poolSize?: number | undefined;
}

export interface OpenStore extends Store {
  /** Holds the password: for opening further connections, not for people. */
  readonly databaseUrl: string;
}

/**
 * Finds the server (or starts the embedded one), connects, brings the schema up to date.
 * @throws OrdealError POSTGRES_UNAVAILABLE when it cannot be reached in time; UNSUPPORTED when a newer Ordeal has
 * migrated it; BAD_INPUT for an address or schema that is none.
 * @example
 * ```ts
 * const store = await openStore({ folders: openFolders() });
 * try {
 *   for (const campaign of await store.listCampaigns()) console.log(campaign.id, campaign.name);
 * } finally {
 *   await store.close();
 * }
 * ```
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenStore> {
  const connection: ConnectOptions = {
    databaseUrl: await resolveDatabaseUrl(options),
    schema: checkSchemaName(options.schema ?? 'ordeal'),
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    poolSize: options.poolSize ?? 10,
    log: options.log ?? (() => {}),
  };
  const pool = await connectPool(connection);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(pool, db, connection);
  } catch (error) {
    await db.destroy();
    throw isUnavailable(error) ? unavailable(connection.databaseUrl, error) : error;
  }
  const answerTimeoutMs = options.answerTimeoutMs ?? 90_000;
  return { databaseUrl: connection.databaseUrl, ...bindStore(pool, db, connection, answerTimeoutMs) };
}

function bindStore(
  pool: pg.Pool,
  db: Kysely<Tables>,
  connection: ConnectOptions,
  answerTimeoutMs: number,
): Store {
  const channel = `${connection.schema}_campaigns`;
  const changes = createChanges(connection, channel);
  const session: Session = { db, pool, channel, answerTimeoutMs };
  const running = runningTrials(session);
  let closing: Promise<void> | undefined;

  const explained =
    <Given extends unknown[], T>(operation: (...given: Given) => Promise<T>) =>
    async (...given: Given): Promise<T> => {
      try {
        return await operation(...given);
      } catch (error) {
        throw isUnavailable(error) ? unavailable(connection.databaseUrl, error) : error;
      }
    };
  /** For what grows with a campaign; a server that is away is told of all the same. */
  const bindLong = <Given extends unknown[], T>(
    operation: (session: Session, ...given: Given) => Promise<T>,
  ): ((...given: Given) => Promise<T>) => explained((...given: Given) => operation(session, ...given));
  const bounded = <Given extends unknown[], T>(
    operation: (...given: Given) => Promise<T>,
  ): ((...given: Given) => Promise<T>) =>
    explained((...given: Given) => within(operation(...given), answerTimeoutMs, 'an answer'));
  const bind = <Given extends unknown[], T>(
    operation: (session: Session, ...given: Given) => Promise<T>,
  ): ((...given: Given) => Promise<T>) => bounded((...given: Given) => operation(session, ...given));

  return {
    createCampaign: bindLong(createCampaign),
    getCampaign: bind(getCampaign),
    listCampaigns: bind(listCampaigns),
    progress: bind(progress),
    markRunning: bind(markRunning),
    finishIfDone: bind(finishIfDone),
    pauseCampaign: bind(pauseCampaign),
    resumeCampaign: bind(resumeCampaign),
    cancelCampaign: bindLong(cancelCampaign),
    onCampaignChange: (listener) => changes.subscribe(listener),
    getTrial: bind(getTrial),
    findTrial: bind(findTrial),
    listTrials: bind(listTrials),
    retryTrials: bindLong(retryTrials),
    reopenFailedTrials: bindLong(reopenFailedTrials),
    waitingTrials: bind(waitingTrials),
    takeQueueChecks: bind(takeQueueChecks),
    claim: bounded(running.claim),
    beat: bind(beat),
    liveExecutions: bind(liveExecutions),
    endExecution: bounded(running.endExecution),
    loseExecution: bounded(running.loseExecution),
    restSlot: bounded(running.restSlot),
    listExecutions: bind(listExecutions),
    planInjection: bounded(running.planInjection),
    advanceInjection: bounded(running.advanceInjection),
    openInjections: bind(openInjections),
    listInjections: bind(listInjections),
    listEvents: bind(listEvents),
    registerWorker: bind(registerWorker),
    retireWorker: bind(retireWorker),
    liveWorkers: bind(liveWorkers),
    publishEntries: bind(publishEntries),
    listPublished: bind(listPublished),
    campaignActivity: bind(campaignActivity),
    slotsByWorker: bind(slotsByWorker),
    databaseId: bind(databaseId),
    close: () => {
      closing ??= changes.close().then(() => db.destroy());
      return closing;
    },
  };
}
