import type { Writable } from 'node:stream';
import type { CompiledQuery } from 'kysely';
import type pg from 'pg';
import { prepared } from './prepared.ts';
import type { Session } from './session.ts';

/** A transaction in which a statement need not wait for the answer to the one before it. */
export interface Pipeline {
  /** Sends it behind all that was sent before; its rows. Behind a statement that failed, everything fails. */
  send<Row>(query: CompiledQuery<Row>): Promise<Row[]>;
  /** Sends the commit behind the last statements, and waits for all of them. Nothing may follow. */
  commit(...last: readonly Promise<unknown>[]): Promise<void>;
}

/**
 * Statements are planned once a connection, for whatever values come, and that may be while a table is empty: told so,
 * they go through indexes from the first row on.
 */
const BEGIN = `
  begin isolation level read committed;
  set local plan_cache_mode = force_generic_plan;
  set local enable_seqscan = off`;

/**
 * When a connection that gives no answer is broken off, so that what waits behind it gets another: above the time-out
 * that the server itself has for a statement.
 */
const ANSWER_TIMEOUT_MS = 65_000;

/**
 * Read committed, like `inTransaction`: each statement sees what was committed before the server began with it, in
 * particular before the locks that were sent ahead of it were there. So locks and reads go in one round trip, and
 * writes and commit in another. What is not committed when `work` ends is rolled back.
 */
export async function inPipeline<T>(session: Session, work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
  const client = await session.pool.connect();
  let isCommitted = false;
  const ask = (query: pg.QueryConfig): Promise<pg.QueryResult> => {
    gatherWrites(client.connection.stream);
    const bounded: BoundedQuery = { ...query, query_timeout: ANSWER_TIMEOUT_MS };
    const answer = client.query(bounded);
    // Whoever waits hears of a failure; an answer that nobody came to wait for must not end the process.
    answer.catch(() => {});
    return answer;
  };
  try {
    const begun = ask({ text: BEGIN });
    const answer = await work({
      send: async <Row>(query: CompiledQuery<Row>) => (await ask(prepared(query))).rows as Row[],
      async commit(...last) {
        await Promise.all([begun, ...last, ask({ text: 'commit' })]);
        isCommitted = true;
      },
    });
    return answer;
  } finally {
    const failure = isCommitted ? undefined : await ask({ text: 'rollback' }).then(() => undefined, brokenBy);
    client.release(failure);
  }
}

/** The same for a single statement. */
export function runAlone<Row>(session: Session, query: CompiledQuery<Row>): Promise<Row[]> {
  return inPipeline(session, async (pipeline) => {
    const rows = pipeline.send(query);
    await pipeline.commit(rows);
    return rows;
  });
}

/** pg knows it; its types do not. */
interface BoundedQuery extends pg.QueryConfig {
  readonly query_timeout: number;
}

/** What is written up to the end of this turn goes out in one system call. */
function gatherWrites(stream: Writable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** A connection on which not even a rollback works is not given to anyone else. */
function brokenBy(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
