import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Address, waitFor } from '@ordeal/core';

/** An in-process listener for tests of the proxy: keeps its sockets, what came in, and how they ended. */
export interface LineServer extends AsyncDisposable {
  readonly address: Address;
  readonly peers: readonly Peer[];
}

/** One side of a connection, with what arrived there. */
export interface Peer {
  readonly socket: Socket;
  readonly received: () => string;
  readonly ended: () => boolean;
  /** The error code or `clean` once it is closed. */
  readonly closed: () => string | undefined;
}

export async function openLineServer(answer?: (socket: Socket, text: string) => void): Promise<LineServer> {
  const peers: Peer[] = [];
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    peers.push(peerOf(socket));
    if (answer !== undefined) socket.on('data', (text) => answer(socket, String(text)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    address: { host: address, port },
    peers,
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of peers) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Dials and waits for the accept. */
export async function dialAs(address: Address): Promise<Peer> {
  const socket = connect({ ...address, allowHalfOpen: true, noDelay: true });
  const peer = peerOf(socket);
  await once(socket, 'connect');
  return peer;
}

/** Dials the server by way of the address: both sides of the connection. */
export async function joinThrough(address: Address, server: LineServer): Promise<{ near: Peer; far: Peer }> {
  const count = server.peers.length;
  const near = await dialAs(address);
  const far = await waitFor('joined', () => server.peers[count], { timeoutMs: 5_000, everyMs: 5 });
  return { near, far };
}

function peerOf(socket: Socket): Peer {
  let received = '';
  let hasEnded = false;
  let error: string | undefined;
  let closed: string | undefined;
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    received += text;
  });
  socket.on('end', () => {
    hasEnded = true;
  });
  socket.on('error', (problem: NodeJS.ErrnoException) => {
    error = problem.code;
  });
  socket.on('close', () => {
    closed = error ?? 'clean';
  });
  return { socket, received: () => received, ended: () => hasEnded, closed: () => closed };
}
