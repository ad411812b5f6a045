import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { containers } from './containers.ts';
import { emptyTrials } from './empty-trials.ts';
import { enqueue } from './enqueue.ts';
import { gap } from './gap.ts';
import { instance } from './instance.ts';
import { describeMachine } from './machine.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  enqueue,
  'empty-trials': emptyTrials,
  instance,
  containers,
  gap,
};

const USAGE = `usage: pnpm bench NAME [--json] [--trials N] [--pairs N]

${Object.entries(BENCHMARKS)
  .map(([name, { title }]) => `  ${name.padEnd(14)}${title}`)
  .join('\n')}

Both sides run in turn, in pairs; figures are medians. See docs/benchmarks.md.`;

/** `pnpm bench NAME` */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, trials: { type: 'string' }, pairs: { type: 'string' } },
  });
  const [name = ''] = positionals;
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (benchmark === undefined || positionals.length !== 1) {
    console.error(USAGE);
    return 2;
  }
  const size = { ...benchmark.defaults, ...given(values) };
  const { figures, lines } = await benchmark.run(size, (line) => console.error(line));
  const machine = describeMachine();
  if (values.json) console.log(JSON.stringify({ ...figures, ...size, benchmark: name, machine }));
  else console.log([`${name}: ${benchmark.title}`, ...lines, Object.values(machine).join(', ')].join('\n'));
  return 0;
}

/** The sizes that were asked for. @throws RangeError for what is no positive whole number */
function given(values: { trials?: string | undefined; pairs?: string | undefined }): Record<string, number> {
  const sizes = Object.entries({ trials: values.trials, pairs: values.pairs });
  return Object.fromEntries(
    sizes.flatMap(([option, text]) => {
      if (text === undefined) return [];
      const size = Number(text);
      if (!Number.isInteger(size) || size < 1) {
        throw new RangeError(`--${option} ${text}: must be a whole number, 1 or more`);
      }
      return [[option, size]];
    }),
  );
}

process.exitCode = await main();
