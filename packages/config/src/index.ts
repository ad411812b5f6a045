export { findSettingsFile } from './find-file.ts';
export { readSettings } from './read-settings.ts';
export { defaultSettings, type Settings } from './settings.ts';
