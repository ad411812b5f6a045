import { expect, it } from 'vitest';
import { isRewritable, showsColors, windowColumns } from './window.ts';

const TERMINAL = { isTTY: true, columns: 100, rows: 30 };
const PIPE = { isTTY: false, columns: 0, rows: 0 };

it.each([
  { stream: TERMINAL, env: {}, colors: true },
  { stream: PIPE, env: {}, colors: false },
  { stream: PIPE, env: { CI: 'true' }, colors: false },
  { stream: TERMINAL, env: { TERM: 'dumb' }, colors: false },
  { stream: TERMINAL, env: { NO_COLOR: '1' }, colors: false },
  { stream: TERMINAL, env: { NO_COLOR: '' }, colors: true },
  { stream: PIPE, env: { FORCE_COLOR: '1' }, colors: true },
  { stream: TERMINAL, env: { FORCE_COLOR: '0' }, colors: false },
  { stream: PIPE, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, colors: false },
])('$env on a terminal ($stream.isTTY): colours are $colors', ({ stream, env, colors }) => {
  expect(showsColors(stream, env)).toBe(colors);
});

it.each([
  { stream: TERMINAL, env: { TERM: 'xterm' }, live: true },
  { stream: TERMINAL, env: { TERM: 'dumb' }, live: false },
  { stream: TERMINAL, env: { CI: 'true' }, live: false },
  { stream: PIPE, env: {}, live: false },
])('$env on a terminal ($stream.isTTY): lines are written over: $live', ({ stream, env, live }) => {
  expect(isRewritable(stream, env)).toBe(live);
});

it('knows the width of a window only where there is one', () => {
  expect(windowColumns(TERMINAL)).toBe(100);
  expect(windowColumns({ ...TERMINAL, columns: 0 })).toBe(80);
  expect(windowColumns(PIPE)).toBeUndefined();
});
