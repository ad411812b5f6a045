import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

/** `pnpm soak --minutes M --seed S`: workers, guards, Redis and Postgres are struck at random for so long; then all is audited. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
const vitest = spawn('vitest', ['run', '--project', 'whole', 'tests/soak.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, ORDEAL_SOAK_MINUTES: values.minutes, ORDEAL_SOAK_SEED: values.seed },
});
const [code] = (await once(vitest, 'exit')) as [number | null];
process.exitCode = code ?? 1;
