/**
 * Tells as one line of JSON what the runtime cannot do for whoever runs this, and how an instance takes it.
 * Usage: abilities-teller.ts DATA-FOLDER [UID]: with it, becomes that user once all is loaded (the user may be
 * unable to read this checkout), and starts no instance.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, monotonicMs } from '@ordeal/core';
import { missingAbilities } from '../../abilities.ts';
import { createProcessRuntime } from '../runtime.ts';
import { ECHO_VOLUME, echoSubject } from './echo-subject.ts';
import { testLabel } from './start-echo.ts';

const [data = '', uid] = process.argv.slice(2);
if (uid === undefined) {
  const folders = { home: data, data, shared: data };
  const runtime = createProcessRuntime({ folders, monotonicMs });
  const label = testLabel(folders, 'plain');
  const instance = await runtime.start({ label, subject: echoSubject }, AbortSignal.timeout(20_000));
  const refusal = await instance.fill('one', 'alpha', 50).then(() => 'filled', describeError);
  const hasFolder = existsSync(join(label.folder, 'alpha', ECHO_VOLUME.path));
  await instance.remove();
  console.log(JSON.stringify({ missing: await missingAbilities('process', {}), refusal, hasFolder }));
} else {
  process.setgid?.(Number(uid));
  process.setuid?.(Number(uid));
  console.log(JSON.stringify({ missing: await missingAbilities('process', {}) }));
}
