import { expect, it } from 'vitest';
import { firstSeen, readInstant } from './instant.ts';

const AT = Date.UTC(2026, 10, 26, 20, 31, 5);

it.each([
  ['2026-11-26T20:31:05.250Z', AT + 250],
  ['2026-11-26T21:31:05.250+01:00', AT + 250],
  ['2026-11-26T21:31:05.250+0100', AT + 250],
  ['2026-11-26T20:31:05.250123', AT + 250],
  ['2026-11-26 20:31:05.25', AT + 250],
  // No part of a second: its end.
  ['2026-11-26 20:31:05', AT + 999],
  ['2026-11-26T20:31:05Z', AT + 999],
])('%s is read', (text, ms) => expect(readInstant(text)).toBe(ms));

it.each([null, undefined, 7, '', 'yesterday', '2026-13-40 99:00:00'])('%s is none', (value) =>
  expect(readInstant(value)).toBeNull(),
);

it.each([
  ['the same clock', '2026-11-26T20:31:04.100', '2026-11-26 20:31:05', AT - 900, 0],
  ['local time, an hour ahead', '2026-11-26T21:31:04.100', '2026-11-26 20:31:05', AT - 900, 3_600_000],
  ['local time in India', '2026-11-27 02:01:04.1', '2026-11-26 20:31:05', AT - 900, 19_800_000],
  ['local time in New York', '2026-11-26T15:31:04.1', '2026-11-26 20:31:05', AT - 900, -18_000_000],
  ['a row that was made much later', '2026-11-26T20:00:00.0Z', '2026-11-26 20:20:05', AT - 1_865_000, 0],
  [
    'a zone that is named, off by whole hours',
    '2026-11-26T19:31:04.1Z',
    '2026-11-26 20:31:05',
    AT - 3_600_900,
    0,
  ],
  ['no row time', '2026-11-26T20:31:04.100', null, AT - 900, 0],
])('when a ticket was first seen: %s', (_name, first_seen_at, created_at, at, offMs) => {
  expect(firstSeen({ first_seen_at, created_at })).toEqual({ at, offMs });
});
