import { fstatSync } from 'node:fs';

const LOOK_MS = 500;

/**
 * Ends this process when nobody is there for its figures any more: its launcher has closed our standard output
 * or input, or is gone. A load without an instance would dial its ports until somebody else listens on them.
 */
export function endWithLauncher(): void {
  const launcher = process.ppid;
  const leave = () => process.exit(0);
  process.stdout.on('error', leave);
  setInterval(() => process.ppid === launcher || leave(), LOOK_MS);
  // A launcher may give us /dev/null, which ends at once and says nothing about it.
  const input = fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.on('end', leave).on('error', leave).resume();
}
