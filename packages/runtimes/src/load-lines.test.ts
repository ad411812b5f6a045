import type { LoadLine } from '@ordeal/core';
import { expect, test } from 'vitest';
import { createLoadLineReader, isWorthTelling, parseLoadLine } from './load-lines.ts';

test('reads lines wherever the chunks break, and counts the rest as noise', () => {
  const lines: LoadLine[] = [];
  const noise: string[] = [];
  const read = createLoadLineReader(
    (line) => lines.push(line),
    (text) => noise.push(text),
  );
  const output =
    '{"op":"write","ok":true,"ms":1.5,"ack":3}\nnoise\n\n{"op":"read","ok":false,"ms":9,"error":"no"}\n';
  for (const character of output) read(character);
  expect(lines).toEqual([
    { op: 'write', ok: true, ms: 1.5, ack: 3 },
    { op: 'read', ok: false, ms: 9, error: 'no' },
  ]);
  expect(noise).toEqual(['noise']);
});

test.each([
  '{"op":"delete","ok":true,"ms":1}',
  '{"op":"read","ok":"yes","ms":1}',
  '{"op":"read","ok":true,"ms":-1}',
  '{"op":"read","ok":true,"ms":"1"}',
  '{"op":"write","ok":true,"ms":1,"ack":"3"}',
  '[]',
  'null',
  '{',
])('%s is no load line', (text) => {
  expect(parseLoadLine(text)).toBeUndefined();
});

test('a line without an end does not fill the memory', () => {
  const noise: string[] = [];
  const read = createLoadLineReader(
    () => {},
    (text) => noise.push(text),
  );
  for (let chunk = 0; chunk < 100; chunk += 1) read('x'.repeat(1_000));
  expect(noise.length).toBe(1);
});

test('noise is told at powers of ten', () => {
  expect([1, 2, 9, 10, 11, 100, 110, 1_000].filter(isWorthTelling)).toEqual([1, 10, 100, 1_000]);
});
