export const DATABASE = 'postgres';
/** The load's user: may add and read numbers, nothing else. */
export const LOAD_USER = 'ordeal_load';
/** The observer's user: beats and reads statistics, and has connections that the load cannot use up. */
export const OBSERVER_USER = 'ordeal_observer';
export const REPLICATION_USER = 'ordeal_replication';

/** Connections that the load's user may hold: what its client opens at most, and as many again dying after a crash. */
const LOAD_CONNECTIONS = 20;

/** One statement each: users, the load's table, the heartbeat's one row. */
export const SCHEMA: readonly string[] = [
  // A third of the files that every server gets a copy of, for a database that nobody can even connect to.
  "update pg_database set datistemplate = false where datname = 'template0'",
  'drop database template0',
  `create role ${LOAD_USER} login connection limit ${LOAD_CONNECTIONS}`,
  `create role ${OBSERVER_USER} login in role pg_monitor`,
  // Since version 16.
  `do $$ begin if exists (select from pg_roles where rolname = 'pg_use_reserved_connections') then grant pg_use_reserved_connections to ${OBSERVER_USER}; end if; end $$`,
  `create role ${REPLICATION_USER} login replication`,
  'create table load_number (number bigint primary key, written_at timestamptz not null default now())',
  `grant insert, select on load_number to ${LOAD_USER}`,
  `grant select on load_number to ${OBSERVER_USER}`,
  'create table heartbeat (id int primary key, at_ms double precision)',
  'insert into heartbeat (id) values (1)',
  `grant select, update on heartbeat to ${OBSERVER_USER}`,
];
