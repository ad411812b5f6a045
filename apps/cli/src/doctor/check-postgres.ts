import { describeError, OrdealError } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { type DatabaseInspection, inspectDatabase, inspectEmbedded } from '@ordeal/store';
import { defineCheck, type Say } from './check.ts';

const ANSWER_WITHIN_MS = 5_000;
/** The oldest that BullMQ's own tables are made for. */
const OLDEST = { number: 130_000, name: '13' };
/** Of one worker: ten for the store, one that listens, six for a queue in Postgres and one per running campaign. */
const CONNECTIONS_OF_A_WORKER = 20;
/** Beyond this, times of several machines side by side mislead people. Nothing of Ordeal's hangs on it. */
const CLOCKS_APART_MS = 2_000;

const problems = {
  address: {
    level: 'error',
    means: 'DATABASE_URL is set, and is no address of a Postgres: every command refuses.',
    advice:
      'Write it as postgres://user:password@host:port/database, or unset it to use the embedded Postgres.',
  },
  unreachable: {
    level: 'error',
    isOutage: true,
    means:
      'Nothing can be enqueued, run or shown. Faults that are on are undone by their guards all the same.',
    advice:
      'See that the server runs, that this machine may reach it, and that user, password and database in DATABASE_URL are right.',
  },
  version: {
    level: 'error',
    means: `Ordeal needs Postgres ${OLDEST.name} or newer: migrations or the queue will fail.`,
    advice: 'Upgrade the server, or unset DATABASE_URL to use the embedded one.',
  },
  read_only: {
    level: 'error',
    means: 'The server is a standby, or is told to be read-only: no result can be written.',
    advice: 'Let DATABASE_URL name the primary.',
  },
  migrations_behind: {
    level: 'warning',
    means:
      'An older version of Ordeal made the tables. The next command of this version brings them up to date.',
    advice: 'Stop workers of the older version first; then run any command, for example `pnpm ordeal list`.',
  },
  migrations_newer: {
    level: 'error',
    means: 'A newer version of Ordeal made the tables: this one refuses to touch them.',
    advice: 'Use that version here too.',
  },
  rights: {
    level: 'error',
    means: 'The tables are not there yet, and this user may not make the schema for them.',
    advice: 'Run `grant create on database ... to ...` for this user.',
  },
  connections: {
    level: 'warning',
    means: `A worker takes up to ${CONNECTIONS_OF_A_WORKER} connections. Without them, beats come late and executions are lost.`,
    advice: 'Raise max_connections, end idle sessions, or run fewer workers.',
  },
  durability: {
    level: 'warning',
    means:
      'fsync or synchronous_commit is off: a result that was recorded can be gone after a crash of the server.',
    advice: 'Switch both on. Ordeal commits three times a trial, which seldom is what limits it.',
  },
  clock: {
    level: 'warning',
    means:
      'The wall clocks of the server and of this machine differ. Results do not depend on it; the instants that people read do.',
    advice: 'Let both follow NTP.',
  },
} as const;

/** Which Postgres, and whether it can be used. The embedded one is not started for this. */
export const checkPostgres = defineCheck({
  name: 'postgres',
  title: 'Postgres',
  problems,
  async look({ databaseUrl, folders, schema }, say) {
    try {
      const server = await inspectDatabase({ databaseUrl, folders, schema, timeoutMs: ANSWER_WITHIN_MS });
      if (server === undefined) await tellOfEmbedded(folders, say);
      else tellOfServer(server, say);
    } catch (error) {
      if (!(error instanceof OrdealError)) throw error;
      if (error.code === 'BAD_INPUT') say.problem('address', error.message);
      else say.problem('unreachable', describeError(error));
    }
  },
});

async function tellOfEmbedded(folders: Folders, say: Say<never>): Promise<void> {
  const { madeBy } = await inspectEmbedded(folders);
  const state = madeBy === undefined ? 'not made yet' : 'not running';
  say.ok('server', `the embedded Postgres is ${state}: it starts by itself with the first command`);
}

/** What a server that answers means for Ordeal. */
export function tellOfServer(server: DatabaseInspection, say: Say<keyof typeof problems>): void {
  const which = server.embeddedPid === null ? 'of DATABASE_URL' : `embedded, process ${server.embeddedPid}`;
  say.ok('server', `${server.address} (${which})`);
  const version = `Postgres ${server.version}`;
  if (server.versionNumber < OLDEST.number) say.problem('version', version);
  else say.ok('version', version);
  if (server.isReadOnly) say.problem('read_only', 'it takes no writes');
  tellOfMigrations(server, say);
  const { used, allowed } = server.connections;
  const connections = `${used} of ${allowed} connections are in use`;
  if (allowed - used < CONNECTIONS_OF_A_WORKER) say.problem('connections', connections);
  else say.ok('connections', connections);
  if (!server.isDurable) say.problem('durability', 'commits are not on disk when they are reported');
  const apartMs = Math.abs(server.clockAheadMs);
  if (apartMs > CLOCKS_APART_MS) {
    const how = server.clockAheadMs > 0 ? 'ahead of' : 'behind';
    say.problem('clock', `its clock is ${(apartMs / 1000).toFixed(1)} s ${how} ours`);
  }
}

function tellOfMigrations(server: DatabaseInspection, say: Say<keyof typeof problems>): void {
  const { isMade, missing, unknown } = server.migrations;
  if (unknown.length > 0) say.problem('migrations_newer', `unknown migrations: ${unknown.join(', ')}`);
  else if (missing.length === 0) say.ok('migrations', 'the tables are up to date');
  else if (isMade) say.problem('migrations_behind', `missing migrations: ${missing.join(', ')}`);
  else if (server.mayCreate) say.ok('migrations', 'no tables yet: the first command makes them');
  else say.problem('rights', 'no tables yet, and no right to create them');
}
