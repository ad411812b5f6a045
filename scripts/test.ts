import { spawnSync } from 'node:child_process';
import { provision } from './provision.ts';

/** `pnpm test`: install what is missing, check, run every test, and say last and loudly what was skipped. */
const missing = provision();
if (missing.length > 0 && process.env.CI) {
  console.error(
    `On CI nothing is skipped, and these are missing: ${missing.map((need) => need.program).join(', ')}`,
  );
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
for (const need of missing) {
  console.log(
    `\nSKIPPED: ${need.tests}, because ${need.program} is not installed (package ${need.debianPackage}).`,
  );
}
