import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { oncePerPlace } from './once-per-place.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** No process has this pid and start time. */
const DEAD = '1@0';

test('processes that want the same folder at once get one, made once', async () => {
  const place = join(folder.path, 'several');
  await mkdir(place);
  const module = new URL('./once-per-place.ts', import.meta.url).href;
  const script = `
    import { appendFile, writeFile } from 'node:fs/promises';
    import { setTimeout } from 'node:timers/promises';
    import { oncePerPlace } from ${JSON.stringify(module)};
    await oncePerPlace(${JSON.stringify(join(place, 'thing'))}, async (draft) => {
      await appendFile(${JSON.stringify(join(folder.path, 'made'))}, 'x');
      await setTimeout(300);
      await writeFile(draft + '/content', String(process.pid));
    });`;
  const codes = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    }),
  );
  expect(codes).toEqual([0, 0, 0, 0, 0]);
  expect(await readFile(join(folder.path, 'made'), 'utf8')).toBe('x');
  expect(await readdir(place)).toEqual(['thing']);
}, 20_000);

test('what a killed maker left is cleared away, and made anew', async () => {
  const place = join(folder.path, 'leftovers');
  await mkdir(join(place, `thing.draft-${DEAD}`), { recursive: true });
  await writeFile(join(place, 'thing.lock'), DEAD);
  await oncePerPlace(join(place, 'thing'), (draft) => writeFile(join(draft, 'content'), 'whole'));
  expect(await readdir(place)).toEqual(['thing']);
  expect(await readFile(join(place, 'thing', 'content'), 'utf8')).toBe('whole');
});

test('a failure leaves nothing, and the next one may try again', async () => {
  const place = join(folder.path, 'failing');
  const thing = join(place, 'thing');
  await expect(oncePerPlace(thing, () => Promise.reject(new Error('no space')))).rejects.toThrow('no space');
  expect(await readdir(place)).toEqual([]);
  await oncePerPlace(thing, (draft) => writeFile(join(draft, 'content'), ''));
  expect(await readdir(place)).toEqual(['thing']);
});
