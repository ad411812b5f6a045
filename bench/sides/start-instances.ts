/**
 * Our side of `instance`: starts the postgres subject on the process runtime until it is whole and its client has read
 * and written, and removes it again. The first start makes the seed and is not counted.
 *
 * usage: node start-instances.ts COUNT
 */
import { join } from 'node:path';
import { deadlineSignal, type Instance, monotonicMs, type Subject, waitFor } from '@ordeal/core';
import { openFolders } from '@ordeal/place';
import { createProcessRuntime } from '@ordeal/runtimes';
import { subjectOf } from '@ordeal/subjects';

const LOOK_MS = 20;
const TIMEOUT_MS = 60_000;

const count = Number(process.argv[2]);
const folders = openFolders();
const runtime = createProcessRuntime({ folders, monotonicMs });
const postgres = subjectOf('postgres');
if (postgres === undefined) throw new Error('there is no subject postgres');

const seconds: number[] = [];
for (let start = 0; start <= count; start += 1) {
  const began = monotonicMs();
  const instance = await startInstance(postgres, start);
  try {
    await untilServing(postgres, instance);
    if (start > 0) seconds.push((monotonicMs() - began) / 1_000);
  } finally {
    await instance.remove();
  }
}
console.log(JSON.stringify({ seconds }));
// A runtime is made for a guard, which leaves in the same way: some of its handles stay open for a while.
setImmediate(() => process.exit());

function startInstance(subject: Subject, start: number): Promise<Instance> {
  const name = `bench${start}`;
  const label = {
    instance: name,
    guard: 'bench',
    trial: name,
    execution: 1,
    folder: join(folders.data, name),
  };
  return runtime.start({ label, subject }, deadlineSignal(TIMEOUT_MS));
}

/** Every node in service, and the client's load getting through. */
async function untilServing(subject: Subject, instance: Instance): Promise<void> {
  const done = new Set<string>();
  const stop = instance.onLoad(({ op, ok }) => ok && done.add(op));
  const probe = subject.observe(instance.observer);
  try {
    await waitFor(
      'the instance is whole and serves',
      async () => {
        const { whole } = await probe.whole(deadlineSignal(TIMEOUT_MS));
        return (whole && done.size === 2) || undefined;
      },
      { timeoutMs: TIMEOUT_MS, everyMs: LOOK_MS },
    );
  } finally {
    stop();
    await probe.close();
  }
}
