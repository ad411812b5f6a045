import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCampaignConfig } from './load-campaign.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordeal-campaign-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function made(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function expectRefused(path: string, message: string): Promise<void> {
  await expect(loadCampaignConfig(path)).rejects.toMatchObject({
    name: 'OrdealError',
    code: 'BAD_INPUT',
    message: `${path}: ${message}`,
  });
}

const VALID = 'name: größe\nchaos_types: [{type: latency}]\n';

test('a missing file', () => expectRefused(join(folder, 'none.yaml'), 'no such file'));

test('a folder', () => expectRefused(folder, 'is a folder: name a campaign file in it'));

test('a file below a file', async () => {
  const path = await made('file.yaml', VALID);
  await expectRefused(join(path, 'x.yaml'), 'no such file: a part of the path is not a folder');
});

test('what is neither file nor folder is not opened', async () => {
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  try {
    await expectRefused(path, 'is not a regular file');
  } finally {
    server.close();
  }
});

test('text that is not UTF-8', async () => {
  await expectRefused(
    await made('latin1.yaml', Buffer.from(VALID, 'latin1')),
    'is not UTF-8 text: save it as UTF-8',
  );
});

test('10 MB', async () => {
  const path = await made('large.yaml', VALID);
  await truncate(path, 10_000_000);
  await expectRefused(path, 'is too large: 10000000 bytes or more, and 1000000 (1 MB) is the limit');
});

test('the limit itself is allowed, and one byte more is not', async () => {
  const filled = VALID + '#'.repeat(1_000_000 - Buffer.byteLength(VALID));
  expect((await loadCampaignConfig(await made('limit.yaml', filled))).name).toBe('größe');
  await expectRefused(
    await made('above.yaml', `${filled}#`),
    'is too large: 1000001 bytes or more, and 1000000 (1 MB) is the limit',
  );
});

test('a byte order mark is no part of the first key', async () => {
  const config = await loadCampaignConfig(await made('bom.yaml', `\uFEFF${VALID}`));
  expect(config.name).toBe('größe');
});
