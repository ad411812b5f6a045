import { expect, it } from 'vitest';
import { Silence } from './silence.ts';

it('adds up the time without a word', () => {
  const silence = new Silence(250, 0);
  for (let nowMs = 250; nowMs < 2_000; nowMs += 250) silence.check(nowMs);
  expect(silence.check(2_000)).toBe(2_000);
  silence.heard();
  expect(silence.check(2_250)).toBe(250);
});

it('does not hold our own sleep against the other side', () => {
  const silence = new Silence(250, 0);
  silence.check(250);
  expect(silence.check(60_000)).toBe(250);
  expect(silence.check(60_250)).toBe(500);
});
