/** `2026-11-26T20:31:05.123Z`, the same with an offset, without a zone, or with a space instead of the T. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const NAMES_ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/i;
const QUARTER_HOUR_MS = 15 * 60 * 1000;
/** A ticket is written down soon after it was first seen. */
const WRITTEN_WITHIN_MS = 2 * 60 * 1000;

/**
 * An instant of an operator's database in ms since 1970; without a zone it is UTC. One that names no part of a second
 * is taken as the end of its second: never earlier than it was. Null: it is none.
 */
export function readInstant(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const [, day, time, fraction, zone = 'Z'] = INSTANT.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined) return null;
  // Date takes three digits of a second, and an offset with a colon.
  const exact = fraction === undefined ? '' : fraction.slice(0, 4);
  const seconds = time.replace(/\.\d+$/, '');
  const whole = seconds.length === 5 ? `${seconds}:00` : seconds;
  const offset = zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2').toUpperCase();
  const ms = Date.parse(`${day}T${whole}${exact}${offset}`);
  if (Number.isNaN(ms)) return null;
  return fraction === undefined ? ms + 999 : ms;
}

/**
 * When a ticket was first seen. Some versions write that as local time without a zone: it is off by quarters of an hour
 * from when the row was made, which is UTC, and is set right by that.
 */
export function firstSeen(ticket: Readonly<Record<string, unknown>>): {
  readonly at: number | null;
  /** What the clock of `first_seen_at` was off by, in ms. */
  readonly offMs: number;
} {
  const seen = readInstant(ticket.first_seen_at);
  const made = readInstant(ticket.created_at);
  if (seen === null || made === null) return { at: seen ?? made, offMs: 0 };
  if (NAMES_ZONE.test(String(ticket.first_seen_at).trim())) return { at: seen, offMs: 0 };
  const offMs = Math.round((seen - made) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  const isLocal = offMs !== 0 && Math.abs(seen - made - offMs) <= WRITTEN_WITHIN_MS;
  return isLocal ? { at: seen - offMs, offMs } : { at: seen, offMs: 0 };
}
