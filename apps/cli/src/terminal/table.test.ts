import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { table } from './table.ts';

const HEAD = ['trial', 'outcome', 'broke', 'executions', 'note'];
const ROWS = [
  ['postgres/network_partition#0', 'resolved', '0.1 s', '1', ''],
  [
    'postgres/节点故障#1',
    'void',
    '-',
    '3',
    '一个没有空格的很长的错误信息 and an address:10.0.0.1:5432/database',
  ],
];
const drawn = (columns?: number, optional: string[] = []): string[] =>
  stripVTControlCharacters(table(HEAD, ROWS, { columns, optional })).split('\n');
/** All that a table says, whatever line it stands on. */
const letters = (lines: string[]): string => [...lines.join('').replaceAll(/\s/g, '')].sort().join('');

describe('a table', () => {
  it('is as wide as its content where nobody looks through a window, its columns one below another', () => {
    const lines = drawn();
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^trial {25}outcome {3}broke {2}executions {2}note$/);
    expect(lines[1]?.indexOf('resolved')).toBe(lines[0]?.indexOf('outcome'));
  });

  it('fits every window, and says all the same', () => {
    const whole = letters(drawn());
    for (let columns = 60; columns <= 200; columns += 1) {
      const lines = drawn(columns);
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
      expect(letters(lines)).toBe(whole);
    }
  });

  it('leaves out in a narrow window what it can do without, and only there', () => {
    expect(drawn(70, ['executions'])[0]).not.toMatch(/executions/);
    expect(drawn(160, ['executions'])[0]).toMatch(/executions/);
  });

  it('never breaks its layout, whatever stands in it', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', '/', '界', 'é', 'ß') });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 20, max: 200 }),
        (rows, columns) => {
          const lines = stripVTControlCharacters(table(['a', 'b', 'c'], rows, { columns })).split('\n');
          expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
