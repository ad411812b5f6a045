import { spawnSync } from 'node:child_process';
import { provision } from './provision.ts';

/** `pnpm test`: install what is missing, check, run every test, and say last and loudly what was skipped. */
const lacking = await provision();
if (lacking.length > 0 && process.env.CI) {
  const reasons = lacking.map(({ why }) => why).join('; ');
  console.error(`On CI nothing is skipped, but ${reasons}`);
  process.exit(1);
}
const steps: [string, string[]][] = [
  ['turbo', ['boundaries']],
  ['turbo', ['run', 'lint', 'unused', 'types']],
  ['vitest', ['run', ...process.argv.slice(2)]],
];
for (const [command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
for (const { tests, why } of lacking) console.log(`\nSKIPPED: ${tests}, because ${why}.`);
