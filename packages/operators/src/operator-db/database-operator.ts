import { setTimeout as delay } from 'node:timers/promises';
import { OPERATOR_DB } from '@ordeal/catalogue';
import { describeError, type Engagement, type JsonObject, type Operator } from '@ordeal/core';
import { firstSeen, readInstant } from './instant.ts';
import { OperatorDatabase, type Row } from './read-database.ts';
import { sessionEvents } from './session-events.ts';
import { type OpenIncident, TicketDesk } from './ticket-desk.ts';

const LOOK_EVERY_MS = 500;

/**
 * An operator that is another program, heard through its database: its tickets are what it detects and claims, its
 * sessions what it does. It is not told of incidents; whose a ticket is, the ticket has to say.
 */
export function databaseOperator(path: string): Operator {
  const desk = new TicketDesk();
  return {
    name: OPERATOR_DB,
    async engage(engagement) {
      const { incident, signal } = engagement;
      const since = Date.now();
      using own = desk.open(incident);
      own.above = await newestTicket(path, engagement);
      const listener = new Listener(engagement, own);
      const look = (isLast: boolean): void => {
        try {
          using database = new OperatorDatabase(path);
          listener.look(database, isLast ? { since } : undefined);
        } catch (error) {
          // Its writer has it locked, say: the next look will tell.
          if (isLast) listener.note({ kind: 'database', error: describeError(error) });
        }
      };
      while (!signal.aborted) {
        look(false);
        await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      }
      look(true);
    },
  };
}

/** Has to be known, or an old ticket would pass for a new one. @throws what SQLite says for as long as a few looks */
async function newestTicket(path: string, { signal }: Engagement): Promise<number> {
  for (let looks = 1; ; looks += 1) {
    try {
      using database = new OperatorDatabase(path);
      return database.highestTicket();
    } catch (error) {
      if (looks === 5) throw error;
      await delay(LOOK_EVERY_MS / 2, undefined, { signal });
    }
  }
}

/** Tells what is new about one incident, each thing once. */
class Listener {
  readonly #engagement: Engagement;
  readonly #own: OpenIncident;
  readonly #told = new Set<number | string>();
  /** The trial's ticket, once there is one. */
  #ticket: number | undefined;

  constructor(engagement: Engagement, own: OpenIncident) {
    this.#engagement = engagement;
    this.#own = own;
  }

  note(note: JsonObject): void {
    this.#engagement.tell({ kind: 'note', note });
  }

  /** @param last at the end: what can no longer be matched is noted */
  look(database: OperatorDatabase, last: { readonly since: number } | undefined): void {
    for (const ticket of database.ticketsAbove(this.#own.above)) this.#sort(ticket, last !== undefined);
    const sessions = this.#sessions(database, last);
    for (const session of sessions) this.#follow(database, session, last !== undefined);
  }

  #sort(ticket: Row, isLast: boolean): void {
    const { incident, match } = this.#own;
    const id = Number(ticket.id);
    const message = clipped(ticket.message);
    const owner = match(ticket);
    if (owner === undefined && isLast) this.note({ kind: 'unmatched_ticket', ticket: id, message });
    if (owner?.incident !== incident) return;
    if (this.#ticket === undefined) {
      this.#ticket = id;
      this.#open(ticket, owner.by);
    }
    // The first is the trial's; what follows says that it went on.
    if (this.#ticket === id) this.#claim(ticket);
    else this.#once(`ticket ${id}`, () => this.note({ kind: 'further_ticket', ticket: id, message }));
  }

  #open(ticket: Row, by: string): void {
    const { at, offMs } = firstSeen(ticket);
    this.#engagement.tell({ ...(at === null ? {} : { at }), kind: 'detected' });
    const { id, message, severity, variant_model: model } = ticket;
    this.note({
      kind: 'ticket',
      ticket: Number(id),
      matched_by: by,
      message: clipped(message),
      ...(typeof severity === 'string' ? { severity } : {}),
      ...(typeof model === 'string' ? { model } : {}),
      ...(offMs === 0 ? {} : { first_seen_at_is_off_by_ms: offMs }),
    });
  }

  #claim(ticket: Row): void {
    if (ticket.status !== 'resolved') return;
    this.#once('claim', () => {
      const at = readInstant(ticket.resolved_at) ?? readInstant(ticket.updated_at);
      this.#engagement.tell({ ...(at === null ? {} : { at }), kind: 'claimed_resolved' });
    });
  }

  /** Without a ticket: at the end, and when nobody else can have been meant, those of the trial's own time. */
  #sessions(database: OperatorDatabase, last: { readonly since: number } | undefined): Row[] {
    if (this.#ticket !== undefined) return database.sessionsOf(this.#ticket);
    if (last === undefined) return [];
    const sessions = database.sessionsWithoutTicketSince(last.since);
    if (this.#own.wasAlone) return sessions;
    for (const { session_id } of sessions)
      this.note({ kind: 'unmatched_session', session: clipped(session_id) });
    return [];
  }

  #follow(database: OperatorDatabase, session: Row, isLast: boolean): void {
    const isOver = isLast || (typeof session.status === 'string' && session.status !== 'running');
    for (const { entry, event } of sessionEvents(
      database.entriesOf(session),
      this.#engagement.incident,
      isOver,
    )) {
      this.#once(entry, () => this.#engagement.tell(event));
    }
    const { status, outcome_summary: summary } = session;
    if (status !== 'failed' && status !== 'escalated') return;
    this.#once(`session ${String(session.session_id)}`, () =>
      this.note({ kind: 'session', status, summary: clipped(summary) }),
    );
  }

  #once(what: number | string, tell: () => void): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    tell();
  }
}

function clipped(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : '';
}
