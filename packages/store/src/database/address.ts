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
  return given ? checkDatabaseUrl(given) : (await startEmbedded(options.folders)).url;
}

/** The URL. @throws OrdealError BAD_INPUT when it is not one of Postgres; it is not repeated in the message. */
export function checkDatabaseUrl(given: string): string {
  const protocol = URL.parse(given)?.protocol;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return given;
  throw new OrdealError(
    'BAD_INPUT',
    'DATABASE_URL must look like postgres://user:password@host:port/database',
  );
}
