import { expect, test } from 'vitest';
import { parseSize } from './size.ts';

test.each([
  ['0B', 0],
  ['512B', 512],
  ['31.5MiB', 31.5 * 2 ** 20],
  ['2 GiB', 2 * 2 ** 30],
  ['1.5TiB', 1.5 * 2 ** 40],
  ['1PiB', 2 ** 50],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'GiB', '5', '-1MiB', '1.2.3MiB', '5XiB'])('"%s" is no size', (text) => {
  expect(() => parseSize(text)).toThrow(RangeError);
});
