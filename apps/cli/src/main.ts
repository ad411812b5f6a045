import { Command, CommanderError } from 'commander';
import { addCommands } from './commands/index.ts';
import { showError } from './installation/errors.ts';
import { isReaderGone, outputTaken } from './terminal/output.ts';

const program = new Command('ordeal')
  .description('Durable campaigns of chaos trials: how fast does a system come back?')
  .version('0.1.0')
  .showSuggestionAfterError()
  // What follows `ordeal node exec NODE` is the command's own.
  .enablePositionalOptions()
  .exitOverride();

await addCommands(program, process.argv[2]);

process.stdout.on('error', (error) => {
  // `| head` has seen enough, and that is all; a full disk is an error that must not pass for a success.
  if (!isReaderGone(error)) process.exitCode = showError(error);
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said it already; help and version leave with 0, bad usage with 2 like all bad input.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (typeof error === 'string' || (error instanceof Error && error.name === 'AbortError')) {
    // A stop signal's reason, or a wait that it cut short: the person knows.
    process.exitCode = 130;
  } else {
    process.exitCode = showError(error);
  }
}
// Libraries may leave handles behind that would keep a finished command alive.
await outputTaken();
process.exit();
