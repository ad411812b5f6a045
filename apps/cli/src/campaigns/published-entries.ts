import { openFolders } from '@ordeal/place';
import { embeddedStatus, type PublishedEntry } from '@ordeal/store';
import { openInstallation } from '../installation/installation.ts';

/** What workers have published, if there is a database that could know: a bad campaign file must not start one. */
export async function publishedEntries(): Promise<readonly PublishedEntry[]> {
  const isThere = Boolean(process.env.DATABASE_URL) || (await embeddedStatus(openFolders())).running;
  if (!isThere) return [];
  await using installation = await openInstallation();
  return await installation.store.listPublished();
}
