import { Socket } from 'node:net';
import { defaultSettings, readSettings } from '@ordeal/config';
import { describeError } from '@ordeal/core';
import { createOperators } from '@ordeal/operators';
import { runGuardProcess } from './guard-process.ts';
import { containerHome, processHome } from './home/home.ts';
import { readLaunchArguments } from './launch-options.ts';

/**
 * The guard's program: orders on standard input, answers and events on standard output, its log on standard error. It
 * outlives the worker, as a detached process that no Ctrl+C reaches, or as a container.
 */
async function run(): Promise<void> {
  const options = readLaunchArguments(process.argv.slice(2));
  const { container, folders, hasEngine } = options;
  const settings =
    options.settings === undefined
      ? defaultSettings
      : await readSettings(options.settings, { withoutCompose: container !== undefined });
  await runGuardProcess({
    options,
    home:
      container === undefined
        ? processHome(folders, settings, { hasEngine })
        : await containerHome(container),
    repertoire: settings.repertoire,
    operatorOf: createOperators({
      // Those that are programs are where the worker is, and reach nobody from beside the engine.
      commands: container === undefined ? settings.operators : {},
      settingsFile: settings.file,
      operatorDb: options.operatorDb,
    }),
    input: process.stdin,
    // Not process.stdout: its writes to a pipe block, and a worker that stopped reading would stop its guard.
    output: new Socket({ fd: 1, readable: false, writable: true }),
    exit: (code) => process.exit(code),
  });
}

await run().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
