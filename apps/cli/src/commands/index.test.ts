import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addCommands, COMMAND_MODULES } from './index.ts';

const namesOf = ({ commands }: Command) => commands.map((command) => command.name());

it.each(COMMAND_MODULES)('$names are what their module adds', async ({ names, load }) => {
  const program = new Command().enablePositionalOptions();
  (await load())(program);
  expect(namesOf(program)).toEqual(names);
});

it('adds what is called alone, and all for the help and for a slip of the pen', async () => {
  const all = COMMAND_MODULES.flatMap(({ names }) => names);
  for (const [called, added] of [
    ['resume', ['pause', 'resume', 'retry', 'cancel']],
    ['resmue', all],
    ['--help', all],
    [undefined, all],
  ] as const) {
    const program = new Command().enablePositionalOptions();
    await addCommands(program, called);
    expect(namesOf(program), called).toEqual(added);
  }
});
