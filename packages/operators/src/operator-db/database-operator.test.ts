import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Engagement, type Incident, type OperatorEvent, waitFor } from '@ordeal/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { databaseOperator } from './database-operator.ts';

const SCHEMA = `
create table tickets(id integer primary key, violation_key text, invariant_name text, store_id text, status text,
  first_seen_at text, resolved_at text, message text, created_at text default current_timestamp);
create table agent_sessions(id integer primary key, session_id text unique, ticket_id integer, status text,
  started_at text, outcome_summary text);
create table agent_log_entries(id integer primary key, session_id text, entry_type text, content text, tool_name text,
  tool_params text, exit_code integer, timestamp text);
`;

let folder: string;
let path: string;
const stops: AbortController[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operator-db-'));
  path = join(folder, 'operator.db');
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await rm(folder, { recursive: true, force: true });
});

function incident(instance: string, port: number): Incident {
  const nodes = ['n0', 'n1'].map((name, index) => ({
    name,
    role: 'member',
    endpoints: { client: { host: '127.0.0.1', port: port + index } },
  }));
  return { incident: instance, trial: '1', subject: 'etcd', runtime: 'process', instance, nodes };
}

/** Opened by the other program, in the mode that it likes. */
function openWriter(journal: 'wal' | 'delete' = 'wal'): DatabaseSync {
  const writer = new DatabaseSync(path);
  writer.exec(`pragma journal_mode = ${journal}; ${SCHEMA}`);
  return writer;
}

function engage(operator: ReturnType<typeof databaseOperator>, instance: Incident) {
  const events: OperatorEvent[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const work = operator.engage({
    incident: instance,
    settings: {},
    signal: stop.signal,
    tell: (event) => events.push(event),
    openHandles: () => Promise.reject(new Error('it needs none')),
    handles: {} as Engagement['handles'],
    backstage: {} as Engagement['backstage'],
  });
  return {
    events,
    kinds: () => events.map((event) => (event.kind === 'note' ? event.note.kind : event.kind)),
    stop: async () => {
      stop.abort(new Error('stop'));
      await work;
    },
  };
}

const soon = (what: string, is: () => boolean) =>
  waitFor(what, () => is() || undefined, { timeoutMs: 10_000, everyMs: 20 });

it.each(['wal', 'delete'] as const)(
  'hears a ticket, what was done about it, and the claim, while the other program writes (journal mode %s)',
  async (journal) => {
    using writer = openWriter(journal);
    writer.exec(`
      insert into tickets(id, status, message) values (6, 'open', '127.0.0.1:15000 is down');
      insert into agent_sessions(session_id, ticket_id) values ('old', 6);
      insert into agent_log_entries(session_id, entry_type, tool_name, tool_params) values ('old', 'tool_call', 'bash', '{}');
    `);
    const heard = engage(databaseOperator(path), incident('i1', 15_000));
    // The first look at what is there comes before anything new: that is what the engagement waits for.
    await new Promise((resolve) => setImmediate(resolve));
    writer.exec(`
      insert into tickets(id, status, first_seen_at, message)
        values (7, 'open', '2026-11-26T20:31:05.250Z', '127.0.0.1:15001 is down');
      insert into agent_sessions(session_id, ticket_id, status) values ('s1', 7, 'running');
      insert into agent_log_entries(session_id, entry_type, content, tool_name, tool_params, exit_code, timestamp) values
        ('s1', 'reasoning', 'It is n1.', null, null, null, '2026-11-26 20:31:06.5'),
        ('s1', 'tool_call', null, 'bash', '{"command": "systemctl status n1"}', null, '2026-11-26T20:31:07.0'),
        ('s1', 'tool_result', 'dead', 'bash', null, 3, '2026-11-26T20:31:08.0'),
        ('s1', 'tool_call', null, 'bash', '{"command": "systemctl restart n1"}', null, '2026-11-26T20:31:09.0');
    `);
    await soon('the first command', () => heard.kinds().includes('command'));
    writer.exec(`
      insert into agent_log_entries(session_id, entry_type, tool_name, exit_code) values ('s1', 'tool_result', 'bash', 0);
      update tickets set status = 'resolved', resolved_at = '2026-11-26T20:31:20.0Z' where id = 7;
    `);
    await soon('the claim', () => heard.kinds().includes('claimed_resolved'));
    await heard.stop();
    const at = Date.UTC(2026, 10, 26, 20, 31, 5);
    expect(heard.events).toEqual(
      expect.arrayContaining([
        { kind: 'detected', at: at + 250 },
        { kind: 'note', at: at + 1_500, note: { kind: 'reasoning', text: 'It is n1.' } },
        { kind: 'command', at: at + 2_000, command: 'systemctl status n1', node: 'n1', exitCode: 3 },
        { kind: 'command', at: at + 4_000, command: 'systemctl restart n1', node: 'n1', exitCode: 0 },
        { kind: 'claimed_resolved', at: at + 15_000 },
        {
          kind: 'note',
          note: { kind: 'ticket', ticket: 7, matched_by: 'name', message: '127.0.0.1:15001 is down' },
        },
      ]),
    );
    expect(heard.events).toHaveLength(6);
  },
);

it('gives each of several trials its own tickets, and says of what it cannot match that it cannot', async () => {
  using writer = openWriter();
  const operator = databaseOperator(path);
  const one = engage(operator, incident('i1', 15_000));
  const other = engage(operator, incident('i2', 16_000));
  writer.exec(`
    insert into tickets(status, message) values
      ('open', 'n0 is down'), ('open', 'ordeal-i2-n0 exited'), ('resolved', '127.0.0.1:15000 refuses'), ('open', '10.1.1.1:80');
    insert into agent_sessions(session_id, ticket_id) values ('free', null);
  `);
  await soon('both', () => one.kinds().includes('claimed_resolved') && other.kinds().includes('detected'));
  await other.stop();
  // Left over alone, it gets none of what could have been the other's.
  await one.stop();
  expect(one.kinds()).toEqual([
    'detected',
    'ticket',
    'claimed_resolved',
    'unmatched_ticket',
    'unmatched_ticket',
  ]);
  expect(other.kinds()).toEqual(['detected', 'ticket', 'unmatched_ticket', 'unmatched_ticket']);
});

it('waits for a database that is not there yet, and reads one that lacks tables and columns', async () => {
  const heard = engage(databaseOperator(path), incident('i1', 15_000));
  using writer = new DatabaseSync(path);
  writer.exec('create table tickets(id integer primary key, message text)');
  writer.exec("insert into tickets(message) values ('something is wrong')");
  await soon('the ticket', () => heard.kinds().includes('detected'));
  await heard.stop();
  expect(heard.events).toEqual([
    { kind: 'detected' },
    { kind: 'note', note: { kind: 'ticket', ticket: 1, matched_by: 'only', message: 'something is wrong' } },
  ]);
});

it('takes sessions without a ticket for the trial’s, when nobody else can have been meant', async () => {
  using writer = openWriter();
  const heard = engage(databaseOperator(path), incident('i1', 15_000));
  const now = new Date(Date.now() + 1_000).toISOString();
  writer.exec(`
    insert into agent_sessions(session_id, started_at) values ('before', '2020-01-01 00:00:00'), ('now', '${now}');
    insert into agent_log_entries(session_id, entry_type, tool_name, tool_params) values
      ('before', 'tool_call', 'bash', '{"command": "old"}'), ('now', 'tool_call', 'bash', '{"command": "new"}');
  `);
  await heard.stop();
  expect(heard.events).toEqual([{ kind: 'command', command: 'new', node: undefined, exitCode: undefined }]);
});

it('says so when the database cannot be read at all', async () => {
  using writer = openWriter('delete');
  const heard = engage(databaseOperator(path), incident('i1', 15_000));
  writer.exec('begin exclusive');
  await heard.stop();
  writer.exec('rollback');
  expect(heard.events).toEqual([
    { kind: 'note', note: { kind: 'database', error: expect.stringContaining('locked') } },
  ]);
});
