import { NODE_USAGE, runNodeCommand } from '@ordeal/operators';
import type { Command } from 'commander';

/** `ordeal node ...`: the handles of an incident, for the operator that Ordeal has called. */
export function addNode(program: Command): void {
  program
    .command('node')
    .description('for operators: list, restart, start, exec and logs of the nodes of an incident')
    .usage('list|restart|start|exec|logs [NODE] [-- COMMAND...]')
    .argument('<act>')
    .argument('[words...]')
    .passThroughOptions()
    .addHelpText('after', `\n${NODE_USAGE}`)
    .action(async (act: string, words: string[]) => {
      process.exitCode = await runNodeCommand([act, ...words], process.env, (text) =>
        process.stdout.write(text),
      );
    });
}
