import {
  deadlineSignal,
  describeError,
  type NodeSite,
  type NodeSpec,
  OrdealError,
  type ProcessLaunch,
  type Subject,
} from '@ordeal/core';
import { settleAll } from '../settle-all.ts';

/**
 * Asks the subject for every node's launch, all at once. When one fails the others are called off, and all have
 * ended before this throws: nobody writes into a folder that is being deleted.
 * @throws OrdealError UNSUPPORTED, or TARGET_FAILED naming the node; the signal's reason when aborted.
 */
export async function prepareNodes(
  subject: Subject,
  siteOf: (node: NodeSpec) => NodeSite,
  signal: AbortSignal,
): Promise<(readonly [NodeSpec, ProcessLaunch])[]> {
  const prepare = subject.prepareProcess;
  if (prepare === undefined) {
    throw new OrdealError('UNSUPPORTED', `${subject.name} does not run on the process runtime`);
  }
  const failure = new AbortController();
  const until = deadlineSignal(subject.startBudgetMs, signal, failure.signal);
  const launches = await settleAll(
    subject.topology.nodes.map(async (node) => {
      try {
        return [node, await prepare(siteOf(node), until)] as const;
      } catch (error) {
        signal.throwIfAborted();
        // The one that failed first is the reason; the others only heard of it.
        if (failure.signal.aborted) throw failure.signal.reason;
        const failed = new OrdealError(
          'TARGET_FAILED',
          `cannot prepare ${node.name}: ${describeError(error)}`,
          { cause: error },
        );
        failure.abort(failed);
        throw failed;
      }
    }),
  );
  signal.throwIfAborted();
  return launches;
}
