import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Tables } from './tables.ts';

/** What an operation on the database needs. */
export interface Session {
  readonly db: Kysely<Tables>;
  /** The connections behind `db`: for `inPipeline`. */
  readonly pool: pg.Pool;
  /** What a transaction of running trials may take; a connection that takes longer is given up. */
  readonly answerTimeoutMs: number;
  /** Carries campaign ids to whoever listens; named after the schema, because channels belong to the database. */
  readonly channel: string;
}

/** A session inside a transaction. */
export interface TransactionSession extends Session {
  readonly db: Transaction<Tables>;
}

/** Read committed: each statement sees what was committed before it, in particular before it waited for a lock. */
export function inTransaction<T>(
  session: Session,
  work: (inside: TransactionSession) => Promise<T>,
): Promise<T> {
  return session.db
    .transaction()
    .setIsolationLevel('read committed')
    .execute((db) => work({ ...session, db }));
}

/** Tells the listeners, when and if the transaction commits. */
export async function notifyCampaign(session: Session, campaignId: string): Promise<void> {
  await session.db.executeQuery(notifyingCampaign(session, campaignId));
}

/** The same as a statement. */
export function notifyingCampaign({ db, channel }: Session, campaignId: string) {
  return sql`select pg_notify(${channel}, ${campaignId})`.compile(db);
}

/** For what touches every trial of a campaign: lifts the time-out of single statements, until the transaction ends. */
export async function allowLongStatements(inside: TransactionSession): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(inside.db);
}

/** Ids come from command lines too: what cannot be a bigint is simply not found. */
export function isId(id: string): boolean {
  return /^\d{1,18}$/.test(id);
}
