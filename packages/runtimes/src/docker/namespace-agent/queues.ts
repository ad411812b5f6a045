import { runProgram } from './run-program.ts';

/**
 * Queueing disciplines that somebody has put on devices of this namespace: they slow down, lose or reorder what passes,
 * and so would be taken for our doing. As tc(8) tells them.
 * @throws OrdealError UNSUPPORTED where there is no tc
 */
export async function lookForQueues(): Promise<string[]> {
  return queuesIn(await runProgram('tc', ['qdisc', 'show']));
}

/** @param shown what `tc qdisc show` says */
export function queuesIn(shown: string): string[] {
  // The kernel's own have no handle: `qdisc noqueue 0: dev lo root refcnt 2`.
  return shown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^qdisc \S+ 0: /.test(line));
}
