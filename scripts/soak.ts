import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

/**
 * `pnpm soak`: workers, guards, Redis, Postgres are struck at random for so many minutes; then all is audited. With
 * `--strikes "worker SIGKILL"` it tells what the death of a worker costs; `--runtimes` and `--backend` narrow it further.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    backend: { type: 'string' },
    runtimes: { type: 'string' },
    strikes: { type: 'string' },
  },
});
const given = Object.entries(values).map(([name, value]) => [`ORDEAL_SOAK_${name.toUpperCase()}`, value]);
const vitest = spawn('vitest', ['run', '--project', 'containers', '--retry', '0', 'tests/soak.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, ...Object.fromEntries(given) },
});
const [code] = (await once(vitest, 'exit')) as [number | null];
process.exitCode = code ?? 1;
