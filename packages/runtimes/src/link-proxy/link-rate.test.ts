import { createHash, randomBytes } from 'node:crypto';
import { type LinkRule, monotonicMs, waitFor } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { joinThrough, type LineServer, openLineServer, type Peer } from '../process/testing/line-server.ts';
import { pingEcho } from '../process/testing/ping-echo.ts';
import { LinkProxy } from './link-proxy.ts';

const link = { from: 'client', to: 'alpha', port: 'main' };
const rateRule = (kbit: number): LinkRule => ({ kind: 'rate', link, kbit });
/** At 1,000 kbit a second: 400 ms. */
const BULK = Buffer.from(randomBytes(25_000).toString('hex'));

let server: LineServer;
let proxy: LinkProxy;

beforeEach(async () => {
  server = await openLineServer((socket, text) => {
    if (text.startsWith('ping')) socket.write(text);
  });
  proxy = await LinkProxy.open(server.address);
});

afterEach(async () => {
  await proxy.close();
  await server[Symbol.asyncDispose]();
});

const joined = () => joinThrough(proxy.address, server);

/** Sends the bulk; how long until the last byte has arrived, unharmed. */
async function transferMs(from: Peer, to: Peer): Promise<number> {
  const before = to.received().length;
  const began = monotonicMs();
  from.socket.write(BULK);
  await arrived(to, before + BULK.length);
  const ms = monotonicMs() - began;
  expect(digest(to.received().slice(before))).toBe(digest(BULK));
  return ms;
}

const arrived = (peer: Peer, length: number) =>
  waitFor('all arrived', () => peer.received().length >= length || undefined, {
    timeoutMs: 20_000,
    everyMs: 2,
  });
const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

test('limits both directions, each for itself, and keeps bytes and order', async () => {
  const { near, far } = await joined();
  proxy.shape('one', [rateRule(1_000)]);
  const both = await Promise.all([transferMs(near, far), transferMs(far, near)]);
  for (const ms of both) {
    // A busy machine is slower, and never quicker.
    expect(ms).toBeGreaterThan(399);
    expect(ms).toBeLessThan(1_200);
  }
});

test('all connections share the rate, in turns: a ping waits for one segment of each, not for the bulk', async () => {
  const [first, second] = [await joined(), await joined()];
  proxy.shape('one', [rateRule(1_000)]);
  const bulk = Promise.all([transferMs(first.near, first.far), transferMs(second.near, second.far)]);
  await arrived(second.far, 1);
  const pingMs = await pingEcho(proxy.address, AbortSignal.timeout(5_000));
  const [firstMs, secondMs] = await bulk;
  expect(Math.max(firstMs, secondMs)).toBeGreaterThan(799);
  expect(Math.min(firstMs, secondMs)).toBeGreaterThan(700);
  expect(pingMs).toBeLessThan(400);
});

test('the lowest rate of two injections holds; applied twice is applied once; undoing one keeps the other', async () => {
  const { near, far } = await joined();
  proxy.shape('slow', [rateRule(1_000)]);
  proxy.shape('slow', [rateRule(1_000)]);
  proxy.shape('slower', [rateRule(500)]);
  expect(await transferMs(near, far)).toBeGreaterThan(799);
  proxy.unshape('slower');
  const ms = await transferMs(near, far);
  expect(ms).toBeGreaterThan(399);
  expect(ms).toBeLessThan(1_200);
});

test('a delay comes on top', async () => {
  const { near, far } = await joined();
  proxy.shape('one', [rateRule(1_000)]);
  proxy.shape('two', [{ kind: 'delay', link, minMs: 400, maxMs: 400, seed: '1' }]);
  expect(await transferMs(near, far)).toBeGreaterThan(599);
});

test('a sender is held up by the rate, and not by the memory of the proxy', async () => {
  const { near, far } = await joined();
  proxy.shape('one', [rateRule(100)]);
  far.socket.write(Buffer.alloc(32 * 1024 * 1024));
  await arrived(near, 10_000);
  expect(far.socket.writableLength).toBeGreaterThan(8 * 1024 * 1024);
});

test('the end of a stream comes behind its bytes', async () => {
  const { near, far } = await joined();
  proxy.shape('one', [rateRule(1_000)]);
  near.socket.end(BULK);
  await arrived(far, 1);
  expect(far.ended()).toBe(false);
  await arrived(far, BULK.length);
  await waitFor('end felt', () => far.ended() || undefined, { timeoutMs: 5_000, everyMs: 5 });
});

test('lifting it delivers at once what waited, and no limit is left', async () => {
  const { near, far } = await joined();
  proxy.shape('one', [rateRule(10)]);
  near.socket.write(BULK);
  await arrived(far, 1);
  const lifted = monotonicMs();
  proxy.unshape('one');
  await arrived(far, BULK.length);
  expect(await transferMs(near, far)).toBeLessThan(5_000);
  // At that rate the bulk alone takes 40 s.
  expect(monotonicMs() - lifted).toBeLessThan(10_000);
});
