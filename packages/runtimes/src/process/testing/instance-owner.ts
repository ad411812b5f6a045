/**
 * A process that owns an instance, for tests that kill it: prints `ready` when all nodes run, and one's volume is as
 * full as was asked, and waits.
 * Usage: instance-owner.ts DATA-FOLDER INSTANCE [PERCENT]
 */
import { monotonicMs } from '@ordeal/core';
import { createProcessRuntime } from '../runtime.ts';
import { echoSubject } from './echo-subject.ts';
import { testLabel } from './start-echo.ts';

const [data = '', name = '', percent] = process.argv.slice(2);
const folders = { home: data, data, shared: data };
const runtime = createProcessRuntime({ folders, monotonicMs });
const label = testLabel(folders, name);
const instance = await runtime.start({ label, subject: echoSubject }, AbortSignal.timeout(20_000));
if (percent !== undefined) await instance.fill('one', 'alpha', Number(percent));
console.log('ready');
setInterval(() => {}, 60_000);
