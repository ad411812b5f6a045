import { Socket } from 'node:net';
import { defaultSettings, readSettings } from '@ordeal/config';
import { describeError, monotonicMs } from '@ordeal/core';
import { createOperators } from '@ordeal/operators';
import { createRuntimes } from '@ordeal/runtimes';
import { runGuardProcess } from './guard-process.ts';
import { readLaunchArguments } from './launch-options.ts';

/**
 * The guard as a process of its own: orders on standard input, answers and events on standard output, its log on
 * standard error. Started detached, so that it outlives the worker and no Ctrl+C reaches it.
 */
const options = readLaunchArguments(process.argv.slice(2));
const settings = options.settings === undefined ? defaultSettings : await readSettings(options.settings);
const { folders } = options;
await runGuardProcess({
  options,
  runtimes: createRuntimes({ folders, monotonicMs, ...settings }),
  repertoire: settings.repertoire,
  operatorOf: createOperators({
    commands: settings.operators,
    settingsFile: settings.file,
    operatorDb: options.operatorDb,
  }),
  input: process.stdin,
  // Not process.stdout: its writes to a pipe block, and a worker that stopped reading would stop its guard.
  output: new Socket({ fd: 1, readable: false, writable: true }),
  exit: (code) => process.exit(code),
}).catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
