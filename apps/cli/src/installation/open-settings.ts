import { defaultSettings, findSettingsFile, readSettings, type Settings } from '@ordeal/config';
import { whereTyped } from '../invocation/where-typed.ts';

/**
 * The settings of the folder in which the command was typed, or of the nearest one around it with an
 * `ordeal.config.ts`; without one, the defaults.
 * @throws OrdealError BAD_INPUT with everything that is wrong with the file
 */
export async function openSettings(): Promise<Settings> {
  const file = findSettingsFile(whereTyped('.'));
  return file === undefined ? defaultSettings : readSettings(file);
}
