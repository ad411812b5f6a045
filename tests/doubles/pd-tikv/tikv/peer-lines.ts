import { type ClientHttp2Session, connect } from 'node:http2';
import { json } from 'node:stream/consumers';
import { dialled } from '../environment.ts';

/** The lines of a store to the others: HTTP/2 without TLS, one kept connection each, as gRPC has them. */
export interface PeerLines {
  /** @throws when no answer came in time; the connection is then given up. */
  post<T>(address: string, path: string, body: unknown, timeoutMs: number): Promise<T>;
}

export function createPeerLines(): PeerLines {
  const sessions = new Map<string, ClientHttp2Session>();

  const sessionTo = (address: string): ClientHttp2Session => {
    const kept = sessions.get(address);
    if (kept !== undefined && !kept.closed && !kept.destroyed) return kept;
    const session = connect(`http://${dialled(address)}`);
    // Told by each request as well; without a listener it would end the process.
    session.on('error', () => session.destroy());
    sessions.set(address, session);
    return session;
  };

  return {
    async post<T>(address: string, path: string, body: unknown, timeoutMs: number): Promise<T> {
      const session = sessionTo(address);
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const stream = session.request({ ':method': 'POST', ':path': path }, { signal });
        stream.end(JSON.stringify(body));
        return (await json(stream)) as T;
      } catch (error) {
        session.destroy();
        throw error;
      }
    },
  };
}
