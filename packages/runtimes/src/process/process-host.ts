import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessLaunch } from '@ordeal/core';
import { identityOf, isAlive, type ProcessIdentity, signalProcess } from '@ordeal/place';
import type { NodeHost, StartedLife } from '../node-supervisor.ts';
import { launchNode, type NodePlace } from './launch-node.ts';
import { continueTree, pauseTree, resumeTree } from './pause-tree.ts';
import { killTree } from './process-tree.ts';

/** What a server may take to end by its end signal before it is killed; removal has to be quick. */
const END_WITHIN_MS = 1_000;

export interface ProcessHostOptions extends NodePlace {
  readonly launch: ProcessLaunch;
  /** Told of each life before anything else, so that it can be found should we die. */
  readonly record: (incarnation: ProcessIdentity) => void;
}

/** A node as a tree of local processes. */
export function createProcessHost(options: ProcessHostOptions): NodeHost {
  const { folder, launch, record } = options;
  const rootsOf = (incarnation: string | undefined) => (incarnation === undefined ? [] : [incarnation]);
  return {
    async start(): Promise<StartedLife> {
      const { child, pid } = await launchNode(launch, options);
      // Dead before we looked: any name will do that no live process can have.
      const incarnation = identityOf(pid) ?? `${pid}@dead`;
      record(incarnation);
      const { promise: ended, resolve } = Promise.withResolvers<string>();
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      return { incarnation, ended };
    },
    isAlive,
    kill: (incarnation) => killTree(folder, rootsOf(incarnation)),
    async end({ incarnation, ended }, isPaused) {
      if (launch.endSignal === undefined || !signalProcess(incarnation, launch.endSignal)) return;
      // A paused server takes the signal only once it goes on.
      if (isPaused) continueTree(folder, [incarnation]);
      await Promise.race([ended, delay(END_WITHIN_MS, undefined, { ref: false })]);
    },
    pause: (incarnation) => pauseTree(folder, [incarnation]),
    resume: (incarnation) => resumeTree(folder, [incarnation]),
  };
}
