/**
 * The guard's process with test doubles in it: everything about the process is real, and so are the nodes'
 * processes. What the doubles do goes to the file GUARD_ACTS; a removal takes GUARD_REMOVAL_MS.
 */
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { runGuardProcess } from '../guard-process.ts';
import { processLives } from '../home/lives.ts';
import { readLaunchArguments } from '../launch-options.ts';
import { faultDouble } from './fault-double.ts';
import { RuntimeDouble } from './runtime-double.ts';
import { subjectDouble } from './subject-double.ts';

const actsFile = process.env.GUARD_ACTS ?? '/dev/null';
const record = (act: string): void => appendFileSync(actsFile, `${act}\n`);
const runtime = new RuntimeDouble(record);
runtime.removalMs = Number(process.env.GUARD_REMOVAL_MS ?? 0);
const options = readLaunchArguments(process.argv.slice(2));
await runGuardProcess({
  options,
  home: { lives: processLives(options.folders), runtimes: [runtime], labelled: async () => [] },
  repertoire: { subjectOf: () => subjectDouble(runtime), faultOf: () => faultDouble(record) },
  operatorOf: () => undefined,
  input: process.stdin,
  output: new Socket({ fd: 1, readable: false, writable: true }),
  exit: (code) => process.exit(code),
});
