import { describeError, OrdealError } from '@ordeal/core';
import { NODE_USAGE, runNodeCommand } from './node-command.ts';

/** `ordeal` as operators find it: it starts in a small part of the time that the whole command line takes. */
try {
  const [command, ...words] = process.argv.slice(2);
  if (command !== 'node') throw new OrdealError('BAD_INPUT', NODE_USAGE);
  process.exitCode = await runNodeCommand(words, process.env, (text) => process.stdout.write(text));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = error instanceof OrdealError ? error.exitCode : 1;
}
