import type { Writable } from 'node:stream';
import { OrdealError, within } from '@ordeal/core';
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
 * Read committed, like `inTransaction`: each statement sees what was committed before the server began with it, in
 * particular before the locks that were sent ahead of it were there. So locks and reads go in one round trip, and
 * writes and commit in another. What is not committed when `work` ends is rolled back.
 */
export async function inPipeline<T>(session: Session, work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
  const client = await session.pool.connect();
  let isCommitted = false;
  const ask = (query: string | pg.QueryConfig): Promise<pg.QueryResult> => {
    gatherWrites(client.connection.stream);
    const answer = client.query(query);
    // Whoever waits hears of a failure; an answer that nobody came to wait for must not end the process.
    answer.catch(() => {});
    return answer;
  };
  const begun = ask('begin isolation level read committed');
  const working = work({
    send: async <Row>(query: CompiledQuery<Row>) => (await ask(prepared(query))).rows as Row[],
    async commit(...last) {
      await Promise.all([begun, ...last, ask('commit')]);
      isCommitted = true;
    },
  });
  return await letGo(client, within(working, session.answerTimeoutMs, 'a transaction'), async () => {
    if (!isCommitted) await ask('rollback');
  });
}

/** Runs a single statement, which is a transaction of its own. */
export async function runAlone<Row>(session: Session, query: CompiledQuery<Row>): Promise<Row[]> {
  const client = await session.pool.connect();
  const answer = within(client.query(prepared(query)), session.answerTimeoutMs, 'a statement');
  const { rows } = await letGo(client, answer, async () => {});
  return rows as Row[];
}

/**
 * The answer, with the connection given back on every way. One that did not answer in time, or cannot even be tidied,
 * is closed: whoever got it next would wait as long.
 */
async function letGo<T>(client: pg.PoolClient, answer: Promise<T>, tidy: () => Promise<void>): Promise<T> {
  const isLate = await answer.then(
    () => false,
    (error: unknown) => error instanceof OrdealError && error.code === 'DEADLINE',
  );
  const failure = isLate ? new Error('no answer in time') : await tidy().then(() => undefined, brokenBy);
  client.release(failure);
  return answer;
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
