import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { readInstant } from './instant.ts';

/** Read as they are: columns differ from version to version. */
export type Row = Readonly<Record<string, unknown>>;

/** Somebody else writes; in WAL mode he never keeps us waiting, else for a moment. */
const BUSY_TIMEOUT_MS = 250;
/** More tickets than a night's trials open; more entries than a session has. */
const MOST_TICKETS = 1_000;
const MOST_ENTRIES = 5_000;

/**
 * The database of an operator, read while the operator writes: opened for reading, for one look, and never kept open,
 * so that it may be moved, made anew, or not be there yet. Missing tables are as good as empty ones.
 */
export class OperatorDatabase implements Disposable {
  readonly #db: DatabaseSync | undefined;
  readonly #tables: ReadonlySet<unknown>;

  /** @throws what SQLite says, when the file is none of its, or its writer holds it locked */
  constructor(path: string) {
    this.#db = existsSync(path)
      ? new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
      : undefined;
    const tables = this.#db?.prepare("select name from sqlite_master where type = 'table'").all() ?? [];
    this.#tables = new Set(tables.map(({ name }) => name));
  }

  /** 0: there is none yet. */
  highestTicket(): number {
    const [row] = this.#rows('tickets', 'select max(rowid) as highest from tickets');
    return Number(row?.highest ?? 0);
  }

  /** In the order of their ids, which is that of their coming; `id` is always there. */
  ticketsAbove(id: number): Row[] {
    return this.#rows(
      'tickets',
      'select *, rowid as id from tickets where rowid > ? order by rowid limit ?',
      id,
      MOST_TICKETS,
    );
  }

  sessionsOf(ticket: number): Row[] {
    return this.#sessions().filter(({ ticket_id }) => Number(ticket_id ?? Number.NaN) === ticket);
  }

  /** Those that belong to no ticket, and began at this instant or later. */
  sessionsWithoutTicketSince(at: number): Row[] {
    return this.#sessions().filter(
      ({ ticket_id, started_at }) => ticket_id == null && (readInstant(started_at) ?? 0) >= at,
    );
  }

  /** What the session did, in the order of its doing. */
  entriesOf({ session_id }: Row): Row[] {
    if (typeof session_id !== 'string') return [];
    return this.#rows(
      'agent_log_entries',
      'select *, rowid as id from agent_log_entries where session_id = ? order by rowid limit ?',
      session_id,
      MOST_ENTRIES,
    );
  }

  #sessions(): Row[] {
    return this.#rows(
      'agent_sessions',
      'select * from agent_sessions order by rowid desc limit 1000',
    ).reverse();
  }

  #rows(table: string, query: string, ...values: (string | number)[]): Row[] {
    if (this.#db === undefined || !this.#tables.has(table)) return [];
    return this.#db.prepare(query).all(...values);
  }

  [Symbol.dispose](): void {
    this.#db?.close();
  }
}
