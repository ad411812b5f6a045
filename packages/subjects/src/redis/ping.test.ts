import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, deadlineSignal, monotonicMs } from '@ordeal/core';
import { afterEach, expect, test } from 'vitest';
import { ping } from './ping.ts';
import { transfer } from './transfer.ts';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A stand-in for a link: it accepts at once, whatever the server behind it is doing. */
async function listen(onRequest: (socket: Socket) => void): Promise<Address> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', () => onRequest(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test('a ping is measured from the question to the answer', async () => {
  const address = await listen(async (socket) => {
    await delay(120);
    socket.write('+PONG\r\n');
  });
  const ms = await ping(address, deadlineSignal(2_000));
  expect(ms).toBeGreaterThanOrEqual(118);
  expect(ms).toBeLessThan(400);
});

test('a refusal is an answer', async () => {
  const address = await listen((socket) => socket.write('-MISCONF Errors writing to the AOF file\r\n'));
  expect(await ping(address, deadlineSignal(2_000))).toBeGreaterThan(0);
});

test('an accept without an answer is no answer, and leaves no connection behind', async () => {
  const address = await listen(() => undefined);
  const asked = monotonicMs();
  await expect(ping(address, deadlineSignal(200))).rejects.toThrow();
  expect(monotonicMs() - asked).toBeLessThan(1_000);
  await Promise.all([...sockets].map((socket) => once(socket, 'close', { signal: deadlineSignal(1_000) })));
  expect(sockets.size).toBe(0);
});

test('an answer that takes longer than the observer would wait is waited for until the signal', async () => {
  const address = await listen(async (socket) => {
    await delay(1_300);
    socket.write('+PONG\r\n');
  });
  expect(await ping(address, deadlineSignal(3_000))).toBeGreaterThanOrEqual(1_290);
});

test('a connection that is closed or refused throws at once', async () => {
  const address = await listen((socket) => socket.destroy());
  const asked = monotonicMs();
  await expect(ping(address, deadlineSignal(4_000))).rejects.toThrow();
  server?.close();
  await expect(ping(address, deadlineSignal(4_000))).rejects.toThrow('ECONNREFUSED');
  expect(monotonicMs() - asked).toBeLessThan(2_000);
});

test('a transfer of which not all comes back is none', async () => {
  const address = await listen((socket) => socket.write('$2\r\nxx\r\n'));
  await expect(transfer(address, 1_024, deadlineSignal(2_000))).rejects.toThrow('2 of 1024 came back');
});
