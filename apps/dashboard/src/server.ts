import { FastifyAdapter } from '@bull-board/fastify';
import { OrdealError } from '@ordeal/core';
import type { CampaignQueues } from '@ordeal/queue';
import type { Store } from '@ordeal/store';
import { fastify } from 'fastify';
import { startBoard } from './board.ts';
import { isOwnRequest } from './own-request.ts';

/** Loopback only: there is no authorisation yet, so nobody else may reach it. */
const HOST = '127.0.0.1';
const BOARD_PATH = '/queues';

export interface Dashboard {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves Bull Board under `/queues`. @param options.port 0 takes a free one */
export async function startDashboard(options: {
  store: Store;
  queues: CampaignQueues;
  port: number;
}): Promise<Dashboard> {
  const server = fastify();
  server.addHook('onRequest', async (request, reply) => {
    if (isOwnRequest(request.headers)) return undefined;
    return reply.code(403).send('This dashboard answers to its own pages on loopback only.');
  });
  const adapter = new FastifyAdapter();
  adapter.setBasePath(BOARD_PATH);
  const board = await startBoard({ ...options, adapter });
  await server.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
  server.get('/', (_request, reply) => reply.redirect(BOARD_PATH));
  const url = await server.listen({ host: HOST, port: options.port }).catch(async (error: unknown) => {
    await board.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new OrdealError(
      'BAD_INPUT',
      `port ${options.port} is taken: choose another with --port, or 0 for a free one`,
    );
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
