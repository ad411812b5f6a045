import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Instance,
  type InstanceLabel,
  monotonicMs,
  type Runtime,
  type Subject,
  type SubjectProbe,
  waitFor,
} from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { createProcessRuntime } from '../runtime.ts';
import { echoSubject } from './echo-subject.ts';

export interface TestPlace extends Disposable {
  readonly folders: Folders;
  readonly runtime: Runtime;
  label(instance: string): InstanceLabel;
}

/** A place of its own for one test file, gone when disposed of. */
export function makeTestPlace(): TestPlace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ordeal-runtime-')));
  // Servers that drop root's privileges must be able to enter.
  chmodSync(root, 0o755);
  const folders = { home: root, data: root, shared: root };
  return {
    folders,
    runtime: createProcessRuntime({ folders, monotonicMs }),
    label: (instance) => testLabel(folders, instance),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function testLabel(folders: Folders, instance: string): InstanceLabel {
  const folder = join(folders.data, 'instances', instance);
  return { instance, guard: 'test', trial: 'echo/none#0', execution: 1, folder };
}

export interface EchoInstance extends AsyncDisposable {
  readonly instance: Instance;
  readonly probe: SubjectProbe;
}

/** A running echo subject whose nodes all answer. */
export async function startEcho(
  place: TestPlace,
  name: string,
  subject: Subject = echoSubject,
): Promise<EchoInstance> {
  const instance = await place.runtime.start(
    { label: place.label(name), subject },
    AbortSignal.timeout(60_000),
  );
  const probe = subject.observe(instance.observer);
  for (const { name: node, ports } of subject.topology.nodes) {
    if (ports.length > 0) await waitForAnswer({ instance, probe }, node);
  }
  return { instance, probe, [Symbol.asyncDispose]: () => instance.remove() };
}

/** Waits until the node answers at its own address. */
export async function waitForAnswer(
  { instance, probe }: Pick<EchoInstance, 'instance' | 'probe'>,
  node: string,
): Promise<void> {
  await waitFor(
    `${node} answers`,
    () =>
      probe
        .ping(node, instance.observer.address(node, 'main'), AbortSignal.timeout(1_000))
        .catch(() => undefined),
    { timeoutMs: 20_000 },
  );
}
