import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createPortAllotment } from './ports.ts';

test('two allotments at work at once never give out one port twice', async () => {
  const allotments = [createPortAllotment(), createPortAllotment()];
  const ports = await Promise.all(
    allotments.flatMap((allotment) => Array.from({ length: 80 }, () => allotment.take())),
  );
  expect(new Set(ports).size).toBe(160);
  // Outside of the range that the system takes source ports from.
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test('a port that was given back comes round again, and one that somebody listens on does not', async () => {
  const allotment = createPortAllotment();
  const first = await allotment.take();
  const server = createServer().listen(first, '127.0.0.1');
  await once(server, 'listening');
  allotment.giveBack(first);
  const ports = await Promise.all(Array.from({ length: 62 }, () => allotment.take()));
  expect(ports).not.toContain(first);
  server.close();
  await once(server, 'close');
  expect(await allotment.take()).toBe(first);
});
