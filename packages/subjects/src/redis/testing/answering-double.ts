import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Address } from '@ordeal/core';

/** A double that speaks Redis's protocol: it answers as a test says, when a test says, as no real sentinel can be made to. */
export interface AnsweringDouble {
  readonly address: Address;
  readonly sockets: ReadonlySet<Socket>;
  close(): void;
}

/** @param answer gives the reply, in the protocol's own form, to the words of one command */
export async function answeringDouble(
  answer: (words: string[], socket: Socket) => string | Promise<string>,
): Promise<AnsweringDouble> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    let text = '';
    let turn: Promise<unknown> = Promise.resolve();
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (let read = readCommand(text); read !== undefined; read = readCommand(text)) {
        const { words, rest } = read;
        text = rest;
        turn = turn.then(async () => socket.write(await answer(words, socket)));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    sockets,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

export function list(...texts: string[]): string {
  return `*${texts.length}\r\n${texts.map(bulk).join('')}`;
}

/** One command, an array of bulk strings; undefined until all of it is there. */
function readCommand(text: string): { words: string[]; rest: string } | undefined {
  const lines = text.split('\r\n');
  const count = Number(lines[0]?.slice(1));
  const end = 1 + 2 * count;
  if (!text.startsWith('*') || lines.length <= end) return undefined;
  const words = lines.slice(1, end).filter((_line, index) => index % 2 === 1);
  return { words, rest: lines.slice(end).join('\r\n') };
}
