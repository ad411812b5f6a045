import { describeFailure } from '../describe-failure.ts';
import { endWithLauncher } from './end-with-launcher.ts';
import { type LoadOperations, startOpenLoop } from './open-loop.ts';
import { openReport } from './report.ts';

/**
 * The whole of a client program: a process of its own, so that a runtime can place it like any other node. What goes
 * wrong at its start stands on standard error.
 * @param open connects to the subject, from the program's arguments
 */
export function runClient(open: (args: readonly string[]) => LoadOperations): void {
  try {
    const report = openReport(process.cwd());
    endWithLauncher();
    startOpenLoop(open(process.argv.slice(2)), report);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}
