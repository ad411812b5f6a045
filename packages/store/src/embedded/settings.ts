import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from '@ordeal/place';
import { z } from 'zod';

/** How to reach the embedded server; kept below `home`, readable by us alone. */
const Settings = z.object({
  version: z.literal(1),
  port: z.int().min(1).max(65_535),
  password: z.string().min(1),
});
export type EmbeddedSettings = z.infer<typeof Settings>;

export const EMBEDDED_USER = 'ordeal';
export const EMBEDDED_DATABASE = 'ordeal';

export function embeddedUrl(settings: EmbeddedSettings, database = EMBEDDED_DATABASE): string {
  return `postgres://${EMBEDDED_USER}:${settings.password}@127.0.0.1:${settings.port}/${database}`;
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** Undefined when there are none, or none that can be read: the server then gets a new password. */
export async function readSettings(folders: Folders): Promise<EmbeddedSettings | undefined> {
  try {
    return Settings.parse(JSON.parse(await readFile(settingsFile(folders), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whole or not at all, and on disk: a server whose password is lost has to be given a new one. */
export async function writeSettings(folders: Folders, settings: EmbeddedSettings): Promise<void> {
  const draft = `${settingsFile(folders)}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(settings, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, settingsFile(folders));
}

export function settingsFile(folders: Folders): string {
  return join(folders.home, 'postgres.json');
}
