import { mkdir, realpath } from 'node:fs/promises';
import type { Instance, InstanceLabel, InstanceRequest, Runtime } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import { startOrRemove } from '../start-or-remove.ts';
import { ProcessInstance } from './instance.ts';
import { instanceFolder } from './instance-folder.ts';
import { removeLeftovers } from './leftovers.ts';
import { createPortAllotment, type PortRange } from './ports.ts';

export interface ProcessRuntimeOptions {
  /** Instances must live below `data` (or `home`); subjects cache in `shared`. */
  readonly folders: Folders;
  /** The guard's clock: stamps node events. */
  readonly monotonicMs: () => number;
  /** Where nodes may listen. Default: 15000 to 31999. */
  readonly ports?: PortRange | undefined;
}

/**
 * Nodes as local processes on loopback, every link through a TCP proxy of ours. Needs nothing but the operating
 * system. Make one per guard: it owns a block of ports for as long as the process lives.
 *
 * Limits: a link's address belongs to one dialler, so a system that advertises one address to everybody is not
 * for it; a cut is felt by what waits for an answer, not by TCP's own time-outs; and elsewhere than on Linux
 * only descendants of a living root process are found, and nowhere an orphan that has left the node's folder.
 *
 * @example
 * const runtime = createProcessRuntime({ folders: openFolders(), monotonicMs });
 * const instance = await runtime.start({ label, subject }, AbortSignal.timeout(60_000));
 * try { ... } finally { await instance.remove(); }
 */
export function createProcessRuntime({ folders, monotonicMs, ports: range }: ProcessRuntimeOptions): Runtime {
  const ports = createPortAllotment(range);
  const makeCache = async (): Promise<string> => {
    await mkdir(folders.shared, { recursive: true, mode: 0o755 });
    return realpath(folders.shared);
  };
  return {
    name: 'process',
    async start(request: InstanceRequest, signal: AbortSignal): Promise<Instance> {
      signal.throwIfAborted();
      const folder = instanceFolder(request.label, folders);
      const instance = new ProcessInstance(request, {
        ports,
        monotonicMs,
        folder,
        cacheFolder: await makeCache(),
      });
      return startOrRemove(instance, signal);
    },
    removeLeftovers: (label: InstanceLabel) => removeLeftovers(instanceFolder(label, folders)),
  };
}
