import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Address, OrdealError } from '@ordeal/core';

/** So much of an error's text is worth a line. */
const SHOWN_CHARACTERS = 200;

/** Reads over HTTP, on connections that are kept for the next time. */
export interface HttpReader {
  /**
   * The body of a GET.
   * @throws OrdealError TARGET_FAILED for a status that is no success, with what it said; the socket's error; the
   * signal's reason.
   */
  read(address: Address, path: string, signal: AbortSignal): Promise<string>;
  /** Ends what is still asked. */
  close(): void;
}

export function createHttpReader(headers: Readonly<Record<string, string>>): HttpReader {
  const agent = new Agent({ keepAlive: true });
  return {
    async read({ host, port }, path, signal) {
      signal.throwIfAborted();
      const answer = Promise.withResolvers<IncomingMessage>();
      request({ host, port, path, agent, headers, signal }, answer.resolve).on('error', answer.reject).end();
      try {
        const response = await answer.promise;
        const body = await text(response);
        if (response.statusCode === 200) return body;
        const said = body.trim().slice(0, SHOWN_CHARACTERS);
        throw new OrdealError('TARGET_FAILED', `HTTP ${response.statusCode} ${said}`.trim());
      } catch (error) {
        // Node's own error says that it was aborted, and not why.
        signal.throwIfAborted();
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}
