import { Socket } from 'node:net';
import { describeError, monotonicMs } from '@ordeal/core';
import { faultOf } from '@ordeal/faults';
import { createProcessRuntime } from '@ordeal/runtimes';
import { subjectOf } from '@ordeal/subjects';
import { runGuardProcess } from './guard-process.ts';
import { readLaunchArguments } from './launch-options.ts';

/**
 * The guard as a process of its own: orders on standard input, answers and events on standard output, its log on
 * standard error. Started detached, so that it outlives the worker and no Ctrl+C reaches it.
 */
const options = readLaunchArguments(process.argv.slice(2));
await runGuardProcess({
  options,
  runtimes: [createProcessRuntime({ folders: options.folders, monotonicMs })],
  subjectOf,
  faultOf,
  input: process.stdin,
  // Not process.stdout: its writes to a pipe block, and a worker that stopped reading would stop its guard.
  output: new Socket({ fd: 1, readable: false, writable: true }),
  exit: (code) => process.exit(code),
}).catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
