import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleProgram } from './bundle-program.ts';

const run = promisify(execFile);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the bundle prints, run where there is nothing but it. */
async function outputOf(code: Buffer): Promise<string> {
  const alone = join(folder, 'alone');
  mkdirSync(alone, { recursive: true });
  writeFileSync(join(alone, 'program.mjs'), code);
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: alone, timeout: 20_000 });
  return stdout;
}

test('a program of several modules in TypeScript is one file, made again only when one of them changes', async () => {
  const entry = join(folder, 'main.ts');
  const cache = join(folder, 'cache');
  const write = (word: string) =>
    writeFileSync(join(folder, 'word.ts'), `export const word: string = '${word}';\n`);
  writeFileSync(entry, `import { word } from './word.ts';\nconsole.log(word satisfies string);\n`);
  write('first');
  expect(await outputOf(await bundleProgram(entry, cache))).toBe('first\n');
  const keptAt = () => {
    const names = readdirSync(join(cache, 'programs'));
    expect(names.length).toBe(1);
    return statSync(join(cache, 'programs', names[0] ?? '')).ino;
  };
  const inode = keptAt();
  expect(await outputOf(await bundleProgram(entry, cache))).toBe('first\n');
  expect(keptAt()).toBe(inode);
  write('second');
  expect(await outputOf(await bundleProgram(entry, cache))).toBe('second\n');
  expect(keptAt()).not.toBe(inode);
});

test('what cannot be bundled is an error, and a broken cache is none', async () => {
  const entry = join(folder, 'main.ts');
  const cache = join(folder, 'cache');
  writeFileSync(entry, `import './missing.ts';\n`);
  await expect(bundleProgram(entry, cache)).rejects.toThrow('missing.ts');
  writeFileSync(entry, `console.log('mended');\n`);
  await bundleProgram(entry, cache);
  const [name = ''] = readdirSync(join(cache, 'programs'));
  writeFileSync(join(cache, 'programs', name), '{');
  expect(await outputOf(await bundleProgram(entry, cache))).toBe('mended\n');
});
