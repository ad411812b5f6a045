import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on which somebody listens. */
export interface TappedLine extends AsyncDisposable {
  /** The server's, with this line's host and port. */
  readonly url: string;
}

/** @param onSaid told each thing that a client says, when it has been passed on; its answer is not there yet */
export async function tapLine(serverUrl: string, onSaid: (said: string) => void): Promise<TappedLine> {
  const url = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const line = createServer((client) => {
    const server = connect(Number(url.port), url.hostname);
    client.on('data', (said) => server.write(said, () => onSaid(said.toString('latin1'))));
    server.pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.end();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(line, 'listening');
  const { port } = line.address() as AddressInfo;
  const tapped = new URL(serverUrl);
  tapped.hostname = '127.0.0.1';
  tapped.port = String(port);
  return {
    url: tapped.href,
    async [Symbol.asyncDispose]() {
      line.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
