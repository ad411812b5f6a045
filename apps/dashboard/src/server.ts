import { FastifyAdapter } from '@bull-board/fastify';
import { OrdealError } from '@ordeal/core';
import type { CampaignQueues } from '@ordeal/queue';
import type { Store } from '@ordeal/store';
import { fastify } from 'fastify';
import type { Access } from './access.ts';
import { startBoard } from './board.ts';
import { httpError, sendError } from './http-error.ts';
import { listen } from './listen.ts';
import { LOGOUT_PATH, requireToken } from './login.ts';
import { isOwnRequest } from './own-request.ts';
import { sendSecurityHeaders } from './security-headers.ts';

const BOARD_PATH = '/queues';

export interface Dashboard {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves Bull Board under `/queues`.
 * @param options.port 0 takes a free one
 * @param options.log receives errors that are bugs, for whoever started the dashboard
 * @throws OrdealError BAD_INPUT when it cannot listen there, POSTGRES_UNAVAILABLE
 */
export async function startDashboard(options: {
  store: Store;
  queues: CampaignQueues;
  access: Access;
  port: number;
  log: (line: string) => void;
}): Promise<Dashboard> {
  const { access, store, queues, port, log } = options;
  const server = fastify();
  const known = (thrown: unknown): unknown => {
    const error = queues.outage(thrown) ?? thrown;
    if (httpError(error).body.error.code === 'INTERNAL') {
      log((error instanceof Error && error.stack) || String(error));
    }
    return error;
  };
  server.setErrorHandler((error, _request, reply) => sendError(reply, known(error)));
  server.setNotFoundHandler((_request, reply) =>
    sendError(reply, new OrdealError('NOT_FOUND', 'there is no such page')),
  );
  await sendSecurityHeaders(server);
  server.addHook('onRequest', async (request, reply) => {
    if (isOwnRequest(request.headers, access)) return undefined;
    return sendError(
      reply,
      new OrdealError('FORBIDDEN', 'this dashboard answers to its own pages and names only'),
    );
  });
  if (access.token !== undefined) await requireToken(server, access.token);

  const adapter = new FastifyAdapter();
  adapter.setBasePath(BOARD_PATH);
  const links = access.token === undefined ? [] : [{ text: 'Log out', url: LOGOUT_PATH }];
  const board = await startBoard({ store, queues, adapter, links });
  adapter.setErrorHandler((error) => {
    const { status, body } = httpError(known(error));
    // Bull Board's page shows the message, and takes its own headline from the key.
    const shown = { key: 'ERRORS.INTERNAL_SERVER_ERROR', ...body.error };
    return { status: status as 500, body: { error: shown, message: `${shown.message}. ${shown.advice}` } };
  });
  await server.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
  server.get('/', (_request, reply) => reply.redirect(BOARD_PATH));
  const url = await listen(server, access.host, port).catch(async (error: unknown) => {
    await board.close();
    throw error;
  });
  return {
    url,
    async close() {
      await board.close();
      // Open tabs poll over kept connections; they must not hold up a stop.
      server.server.closeAllConnections();
      await server.close();
    },
  };
}
