import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { deadlineSignal, monotonicMs } from '@ordeal/core';
import { afterEach, expect, test } from 'vitest';
import { ping } from './ping.ts';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A stand-in for a link: it accepts at once, as a proxy does, whatever the server behind it is doing. */
async function listen(onRequest: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', () => onRequest(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test('measures from the question to the answer', async () => {
  const address = await listen(async (socket) => {
    await delay(120);
    socket.write('N');
  });
  const ms = await ping(address, deadlineSignal(2_000));
  expect(ms).toBeGreaterThanOrEqual(118);
  expect(ms).toBeLessThan(400);
});

test('an accept without an answer is no answer, and leaves no connection behind', async () => {
  const address = await listen(() => undefined);
  const asked = monotonicMs();
  await expect(ping(address, deadlineSignal(200))).rejects.toThrow();
  expect(monotonicMs() - asked).toBeLessThan(1_000);
  await Promise.all([...sockets].map((socket) => once(socket, 'close', { signal: deadlineSignal(1_000) })));
  expect(sockets.size).toBe(0);
});

test('a connection that is closed or refused throws at once', async () => {
  const address = await listen((socket) => socket.destroy());
  await expect(ping(address, deadlineSignal(2_000))).rejects.toThrow();
  server?.close();
  await expect(ping(address, deadlineSignal(2_000))).rejects.toThrow('ECONNREFUSED');
});
