import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

it('every promise of docs/guarantees.md names tests that there are', () => {
  const page = readFileSync(resolve(root, 'docs/guarantees.md'), 'utf8');
  const [, promised = ''] = page.split('\n## Promised\n');
  const rows = (promised.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const named = [...row.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, file = '']) => file);
    expect(named, row).not.toEqual([]);
    for (const file of named) expect(existsSync(resolve(root, file)), file).toBe(true);
  }
});
