import { OrdealError } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { startEmbedded } from '../embedded/server.ts';

/**
 * The server that this installation uses: the one given, else DATABASE_URL, else the embedded one, which is
 * started when it is not up. The URL holds the password.
 * @throws OrdealError BAD_INPUT when the URL is not one of Postgres; it is not repeated in the message.
 */
export async function resolveDatabaseUrl(options: {
  readonly databaseUrl?: string | undefined;
  readonly folders: Folders;
}): Promise<string> {
  const given = options.databaseUrl || process.env.DATABASE_URL;
  if (!given) return (await startEmbedded(options.folders)).url;
  const protocol = URL.parse(given)?.protocol;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return given;
  throw new OrdealError(
    'BAD_INPUT',
    'DATABASE_URL must look like postgres://user:password@host:port/database',
  );
}
