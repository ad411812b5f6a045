import { describeFailure } from '../../describe-failure.ts';
import { endWithLauncher } from './end-with-launcher.ts';
import { startLoad } from './load.ts';
import { optionsFromArgs } from './options.ts';
import { openReport } from './report.ts';

/** The load: a process of its own, so that the runtime can place it like any other node. */
try {
  const report = openReport(process.cwd());
  endWithLauncher();
  startLoad(optionsFromArgs(process.argv.slice(2)), report);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}
