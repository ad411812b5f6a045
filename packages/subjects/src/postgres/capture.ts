import type { JsonObject } from '@ordeal/core';
import { z } from 'zod';
import type { NodeConnection } from './node-connection.ts';
import { roleName } from './role.ts';

/** The current position can be asked of a primary only, and is never evaluated elsewhere. */
const STATE = `
  select pg_is_in_recovery() as standby,
         case when pg_is_in_recovery() then null else pg_current_wal_lsn()::text end as current_lsn,
         pg_last_wal_receive_lsn()::text as receive_lsn,
         pg_last_wal_replay_lsn()::text as replay_lsn,
         (select at_ms from heartbeat) as heartbeat_at_ms,
         (select count(*)::int from load_number) as load_rows,
         (select coalesce(jsonb_agg(jsonb_build_object(
                   'name', application_name, 'state', state, 'sync_state', sync_state,
                   'replay_lsn', replay_lsn::text) order by application_name), '[]')
            from pg_stat_replication) as replication`;

const rows = z.tuple([
  z.object({
    standby: z.boolean(),
    current_lsn: z.string().nullable(),
    receive_lsn: z.string().nullable(),
    replay_lsn: z.string().nullable(),
    heartbeat_at_ms: z.number().nullable(),
    load_rows: z.number(),
    replication: z.array(
      z.object({
        name: z.string(),
        state: z.string(),
        sync_state: z.string(),
        replay_lsn: z.string().nullable(),
      }),
    ),
  }),
]);

/**
 * What one server says of itself. `heartbeat_lag_ms` is the age of the newest heartbeat on it: the observer
 * writes one with each sample, so a healthy server shows up to the time between two samples.
 * @throws when it does not answer.
 */
export async function captureNode(
  connection: NodeConnection,
  nowMs: number,
  signal: AbortSignal,
): Promise<JsonObject> {
  const [state] = rows.parse(await connection.query(STATE, [], signal));
  const { standby, heartbeat_at_ms, replication, current_lsn, receive_lsn, replay_lsn, load_rows } = state;
  return {
    reachable: true,
    role: roleName(standby),
    ...(standby ? { receive_lsn, replay_lsn } : { current_lsn, replication }),
    heartbeat_lag_ms: heartbeat_at_ms === null ? null : Math.max(0, Math.round(nowMs - heartbeat_at_ms)),
    load_rows,
  };
}
