import { placeBesideEngine } from '@ordeal/place';
import { engineId } from '@ordeal/runtimes';
import { findDatabaseId } from '@ordeal/store';
import type { DoctorSite } from './check.ts';

const ANSWER_WITHIN_MS = 5_000;

/**
 * Where guards of this installation live in containers. It bears the names of the engine and of the database, so that what
 * others have on the engine is not taken for ours.
 * @returns undefined when one of them does not answer, which is told of by its own check
 */
export async function placeOnEngine({
  settings: { docker },
  databaseUrl,
  folders,
  schema,
}: DoctorSite): Promise<string | undefined> {
  if (!docker.offered) return undefined;
  const [engine, database] = await Promise.all([
    engineId(docker).catch(() => undefined),
    findDatabaseId({ databaseUrl, folders, schema, timeoutMs: ANSWER_WITHIN_MS }).catch(() => undefined),
  ]);
  return engine === undefined || database === undefined ? undefined : placeBesideEngine(engine, database);
}
