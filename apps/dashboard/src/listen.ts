import { OrdealError } from '@ordeal/core';
import type { FastifyInstance } from 'fastify';

/**
 * Listens, and gives the address to open.
 * @param port 0 takes a free one
 * @throws OrdealError BAD_INPUT when it cannot listen there, saying which of host and port is at fault
 */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    throw refusal(error, host, port) ?? error;
  }
}

function refusal(error: unknown, host: string, port: number): OrdealError | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new OrdealError(
        'BAD_INPUT',
        `port ${port} is taken: choose another with --port, or 0 for a free one`,
      );
    case 'EACCES':
      return new OrdealError('BAD_INPUT', `port ${port} is for root only: choose one from 1024 with --port`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new OrdealError('BAD_INPUT', `--host ${host}: is no address of this machine`);
    default:
      return undefined;
  }
}
