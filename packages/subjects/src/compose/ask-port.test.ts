import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Address, deadlineSignal } from '@ordeal/core';
import { afterEach, expect, test } from 'vitest';
import { askPort } from './ask-port.ts';
import type { SpokenProtocol } from './system.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<Address> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** Answers when it has read exactly this. */
const expecting = (question: string, answer: string) =>
  createServer((socket) => {
    socket.on('data', (data) => data.toString('latin1') === question && socket.write(answer));
  });

test('an HTTP server answers by itself, without those who would have to wait for others', async () => {
  let requests = 0;
  // What it is asked for it never answers.
  const address = await listen(createHttpServer(() => (requests += 1)));
  expect(await askPort(address, 'http', deadlineSignal(2_000))).toBeGreaterThan(0);
  expect(requests).toBe(0);
});

test.each<[SpokenProtocol, Server]>([
  ['redis', expecting('PING\r\n', '-NOAUTH Authentication required.\r\n')],
  ['postgres', expecting('\0\0\0\x08\x04\xd2\x16\x2f', 'N')],
  [{ send: 'hello\n' }, expecting('hello\n', 'hello yourself')],
])('%o answers in its own words', async (protocol, server) => {
  const address = await listen(server);
  expect(await askPort(address, protocol, deadlineSignal(2_000))).toBeGreaterThan(0);
});

test('of a server that speaks first only the answer counts', async () => {
  const address = await listen(
    createServer((socket) => {
      socket.write('220 ready\r\n');
      socket.on('data', (data) => setTimeout(() => socket.write(`250 ${data}`), 100));
    }),
  );
  const soon = () => deadlineSignal(2_000);
  expect(await askPort(address, { send: 'NOOP\r\n', greets: true }, soon())).toBeGreaterThanOrEqual(98);
  expect(await askPort(address, { send: 'NOOP\r\n' }, soon())).toBeLessThan(98);
});

test('one that says nothing has not answered, nor one that breaks off', async () => {
  const quiet = await listen(createServer(() => undefined));
  await expect(askPort(quiet, 'http', deadlineSignal(200))).rejects.toThrow();
  const rude = await listen(createServer((socket) => socket.destroy()));
  await expect(askPort(rude, 'http', deadlineSignal(2_000))).rejects.toThrow();
});
