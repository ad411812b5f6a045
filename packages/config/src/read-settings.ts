import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { OrdealError } from '@ordeal/core';
import { Problems } from '@ordeal/validation';
import { checkSettings } from './check-settings.ts';
import type { Settings } from './settings.ts';
import { locateDefaultExport } from './source-places.ts';

export interface ReadSettingsOptions {
  /** Leaves subjects out that a compose file describes: a guard in a container has neither the file nor compose. */
  readonly withoutCompose?: boolean;
}

/**
 * Runs a settings file and checks what it exports. It is code, chosen by whoever runs this machine: no campaign file
 * can name one.
 *
 * @throws OrdealError BAD_INPUT with all problems, `file:line:column: path: problem`, or with what went wrong when it
 * was run.
 */
export async function readSettings(
  file: string,
  { withoutCompose = false }: ReadSettingsOptions = {},
): Promise<Settings> {
  const exported = await runFile(file);
  const problems = new Problems(file);
  const root = locateDefaultExport(await readFile(file, 'utf8'), exported);
  const settings = await checkSettings({ root, problems }, { file, withoutCompose });
  problems.throwIfAny();
  if (settings === undefined) throw new OrdealError('INTERNAL', 'settings without problems are complete');
  return settings;
}

async function runFile(file: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new OrdealError('BAD_INPUT', `${file}: cannot be run`, { cause: error });
  }
  if (module.default !== undefined) return module.default;
  throw new OrdealError(
    'BAD_INPUT',
    `${file}: exports no settings: write \`export default defineConfig({ ... })\``,
  );
}
