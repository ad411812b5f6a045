import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type LinkRule, waitFor } from '@ordeal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dialAs, joinThrough, type LineServer, openLineServer } from '../process/testing/line-server.ts';
import { pingEcho } from '../process/testing/ping-echo.ts';
import { LinkProxy } from './link-proxy.ts';

const link = { from: 'client', to: 'alpha', port: 'main' };
const delayRule = (minMs: number, maxMs = minMs): LinkRule => ({
  kind: 'delay',
  link,
  minMs,
  maxMs,
  seed: '7',
});
const cutRule = (direction: 'forward' | 'backward' | 'both'): LinkRule => ({ kind: 'cut', link, direction });
const soon = (what: string, look: () => boolean) =>
  waitFor(what, () => look() || undefined, { timeoutMs: 5_000, everyMs: 5 });

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

/** Nothing arrives although a neighbour, dialled around the proxy, gets through: no fixed sleep says as much. */
async function stillNothing(look: () => string, expected: string): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await pingEcho(server.address, AbortSignal.timeout(5_000));
    await nextTurn();
  }
  expect(look()).toBe(expected);
}

async function pingTimes(): Promise<{ fastestMs: number; medianMs: number }> {
  const pings = Array.from({ length: 9 }, () => pingEcho(proxy.address, AbortSignal.timeout(5_000)));
  const sorted = (await Promise.all(pings)).toSorted((left, right) => left - right);
  return { fastestMs: sorted[0] ?? Number.NaN, medianMs: sorted[4] ?? Number.NaN };
}

/** One quick round trip is proof enough that no delay is left. */
const soonFast = () =>
  waitFor('fast again', async () => ((await pingTimes()).fastestMs < 60 ? true : undefined), {
    timeoutMs: 10_000,
  });

describe('without rules', () => {
  test('carries megabytes unharmed past a slow reader', async () => {
    const { near, far } = await joined();
    const bytes = Buffer.alloc(8 * 1024 * 1024, 'some bytes of no great length ');
    far.socket.pause();
    near.socket.write(bytes);
    await nextTurn();
    far.socket.resume();
    await soon('all arrived', () => far.received().length === bytes.length);
    const digest = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
    expect(digest(far.received())).toBe(digest(bytes));
  });

  test('passes on a half close, and the rest of the other half after it', async () => {
    const { near, far } = await joined();
    near.socket.end('last words');
    await soon('end felt', () => far.ended());
    expect(far.received()).toBe('last words');
    far.socket.end('heard');
    await soon('closed', () => near.closed() !== undefined);
    expect([near.received(), near.closed()]).toEqual(['heard', 'clean']);
  });

  test('passes on a reset', async () => {
    const { near, far } = await joined();
    far.socket.resetAndDestroy();
    await soon('reset felt', () => near.closed() !== undefined);
    expect(near.closed()).toBe('ECONNRESET');
  });

  test('a node that is down refuses: the dialler is reset', async () => {
    await server[Symbol.asyncDispose]();
    const near = await dialAs(proxy.address);
    await soon('refused', () => near.closed() !== undefined);
    expect(near.closed()).toBe('ECONNRESET');
  });
});

describe('delay', () => {
  test('adds the round trip over both directions, and is gone after unshape', async () => {
    proxy.shape('one', [delayRule(80, 120)]);
    const slow = await pingTimes();
    // A busy machine adds to it, and never takes away.
    expect(slow.fastestMs).toBeGreaterThan(79);
    expect(slow.fastestMs).toBeLessThan(180);
    expect(slow.medianMs).toBeLessThan(280);
    proxy.unshape('one');
    await soonFast();
  });

  test('two injections add up; applied twice is applied once; undoing one keeps the other', async () => {
    proxy.shape('one', [delayRule(60)]);
    proxy.shape('one', [delayRule(60)]);
    proxy.shape('two', [delayRule(200)]);
    const both = await pingTimes();
    expect(both.fastestMs).toBeGreaterThan(259);
    expect(both.fastestMs).toBeLessThan(319);
    proxy.unshape('two');
    proxy.unshape('two');
    proxy.unshape('never applied');
    const one = await pingTimes();
    expect(one.fastestMs).toBeGreaterThan(59);
    expect(one.fastestMs).toBeLessThan(160);
  });

  test('keeps the order of chunks whose delays differ', async () => {
    const { near, far } = await joined();
    proxy.shape('one', [delayRule(0, 60)]);
    const expected = Array.from({ length: 200 }, (_, index) => `${index};`);
    for (const text of expected) {
      near.socket.write(text);
      await nextTurn();
    }
    near.socket.end();
    await soon('end felt', () => far.ended());
    expect(far.received()).toBe(expected.join(''));
  });

  test('lifting it delivers at once what was still on its way', async () => {
    const { near, far } = await joined();
    proxy.shape('one', [delayRule(120_000)]);
    near.socket.write('slow');
    await stillNothing(far.received, '');
    proxy.unshape('one');
    await soon('delivered', () => far.received() === 'slow');
    expect(near.closed()).toBeUndefined();
  });
});

describe('cut', () => {
  test.each([
    { direction: 'forward', held: 'far', flows: 'near' },
    { direction: 'backward', held: 'near', flows: 'far' },
  ] as const)('$direction holds that direction only', async ({ direction, held, flows }) => {
    const peers = await joined();
    proxy.shape('one', [cutRule(direction)]);
    peers.near.socket.write('from near');
    peers.far.socket.write('from far');
    await soon('other direction flows', () => peers[flows].received() !== '');
    await stillNothing(peers[held].received, '');
  });

  test('unshape resets a touched connection, both sides, without its bytes; new ones work', async () => {
    const { near, far } = await joined();
    proxy.shape('one', [cutRule('both')]);
    near.socket.write('held for ever');
    await stillNothing(far.received, '');
    proxy.unshape('one');
    await soon('both reset', () => near.closed() !== undefined && far.closed() !== undefined);
    expect([near.closed(), far.closed(), far.received()]).toEqual(['ECONNRESET', 'ECONNRESET', '']);
    expect(await pingEcho(proxy.address, AbortSignal.timeout(5_000))).toBeGreaterThan(0);
  });

  test('a new connection hangs: accepted, never answered, and reset when the link heals', async () => {
    proxy.shape('one', [cutRule('backward')]);
    const near = await dialAs(proxy.address);
    near.socket.write('ping');
    await stillNothing(near.received, '');
    expect(server.peers.every((peer) => peer.received().startsWith('ping\n'))).toBe(true);
    proxy.unshape('one');
    await soon('reset', () => near.closed() !== undefined);
    expect(near.closed()).toBe('ECONNRESET');
  });

  test('hides the death of the other side until it heals', async () => {
    const { near, far } = await joined();
    proxy.shape('one', [cutRule('both')]);
    far.socket.resetAndDestroy();
    await soon('dead', () => far.closed() !== undefined);
    await stillNothing(() => near.closed() ?? 'open', 'open');
    proxy.unshape('one');
    await soon('reset', () => near.closed() !== undefined);
  });

  test('of two cuts, undoing one keeps the other', async () => {
    const { near, far } = await joined();
    proxy.shape('one', [cutRule('forward')]);
    proxy.shape('one', [cutRule('forward')]);
    proxy.shape('two', [cutRule('forward')]);
    near.socket.write('held');
    proxy.unshape('one');
    proxy.unshape('one');
    await stillNothing(far.received, '');
    expect(near.closed()).toBeUndefined();
    proxy.unshape('two');
    await soon('reset', () => near.closed() === 'ECONNRESET');
  });

  test('a delay beside it stays when the cut is undone', async () => {
    proxy.shape('slow', [delayRule(80)]);
    proxy.shape('cut', [cutRule('both')]);
    proxy.unshape('cut');
    expect((await pingTimes()).fastestMs).toBeGreaterThan(79);
  });
});

test('close resets what is open and frees the port, twice as well as once', async () => {
  const { near } = await joined();
  proxy.shape('one', [delayRule(50), cutRule('both')]);
  await proxy.close();
  await proxy.close();
  await soon('reset', () => near.closed() !== undefined);
  await expect(dialAs(proxy.address)).rejects.toThrow('ECONNREFUSED');
});
