import type { Incident } from '@ordeal/core';
import { matchTicket, type TicketMatch } from './match-ticket.ts';
import type { Row } from './read-database.ts';

export interface OpenIncident extends Disposable {
  readonly incident: Incident;
  /**
   * The newest ticket when it was opened: what is older is not its. 0 until that is known: meanwhile every ticket may
   * be its, and so is nobody else's for certain.
   */
  above: number;
  /** Whose the ticket is; undefined: that cannot be said. */
  readonly match: (ticket: Row) => TicketMatch | undefined;
  /** No other incident was open at any time with this one. */
  wasAlone: boolean;
}

/** A ticket when it was seen first: later, incidents that it may be about are closed, and one left over is not its. */
interface SeenTicket {
  readonly candidates: readonly Incident[];
  match: TicketMatch | undefined;
}

/** All open incidents of one database, and which of its tickets is about which. */
export class TicketDesk {
  readonly #open = new Set<OpenIncident>();
  readonly #seen = new Map<number, SeenTicket>();

  open(incident: Incident): OpenIncident {
    const own: OpenIncident = {
      incident,
      above: 0,
      wasAlone: this.#open.size === 0,
      match: (ticket) => this.#match(ticket),
      [Symbol.dispose]: () => {
        this.#open.delete(own);
        if (this.#open.size === 0) this.#seen.clear();
      },
    };
    for (const other of this.#open) other.wasAlone = false;
    this.#open.add(own);
    return own;
  }

  #match(ticket: Row): TicketMatch | undefined {
    const id = Number(ticket.id);
    const seen = this.#seen.get(id) ?? { candidates: this.#candidates(id), match: undefined };
    this.#seen.set(id, seen);
    // Tickets are written on: what names nobody yet may do so later.
    seen.match ??= matchTicket(textOf(ticket), seen.candidates);
    return seen.match;
  }

  #candidates(ticket: number): Incident[] {
    return [...this.#open].filter(({ above }) => above < ticket).map(({ incident }) => incident);
  }
}

/** Everything that a ticket says. */
function textOf(ticket: Row): string {
  return Object.values(ticket)
    .filter((value) => typeof value === 'string')
    .join('\n');
}
