/**
 * A process that owns an instance, for tests that kill it: prints `ready` when all nodes answer, and waits.
 * Usage: instance-owner.ts DATA-FOLDER INSTANCE
 */
import { monotonicMs } from '@ordeal/core';
import { createProcessRuntime } from '../runtime.ts';
import { echoSubject } from './echo-subject.ts';
import { testLabel } from './start-echo.ts';

const [data = '', name = ''] = process.argv.slice(2);
const folders = { home: data, data, shared: data };
const runtime = createProcessRuntime({ folders, monotonicMs });
await runtime.start({ label: testLabel(folders, name), subject: echoSubject }, AbortSignal.timeout(20_000));
console.log('ready');
setInterval(() => {}, 60_000);
