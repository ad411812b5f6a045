import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A program that some tests need, and the Debian package that brings it. */
interface Need {
  readonly program: string;
  readonly debianPackage: string;
  readonly tests: string;
}

const POLICY_FILE = '/usr/sbin/policy-rc.d';

const NEEDS: readonly Need[] = [
  { program: 'redis-server', debianPackage: 'redis-server', tests: 'everything on the Redis backend' },
];

/**
 * Installs from the distribution what the tests need and the machine lacks: as root on Debian and Ubuntu, saying
 * so first. Elsewhere, or with ORDEAL_NO_PROVISION=1, it only looks.
 * @returns what is still missing: its tests will be skipped
 */
export function provision(): readonly Need[] {
  const missing = NEEDS.filter((need) => !isInstalled(need.program));
  if (missing.length === 0) return [];
  const names = missing.map((need) => need.debianPackage).join(' ');
  if (process.env.ORDEAL_NO_PROVISION === '1' || process.getuid?.() !== 0 || !isDebian()) return missing;
  console.log(
    `Installing what the tests need (ORDEAL_NO_PROVISION=1 turns this off): apt-get install ${names}`,
  );
  withoutStartingServices(() => {
    run('apt-get', ['update', '-q']);
    run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...names.split(' ')]);
  });
  return missing.filter((need) => !isInstalled(need.program));
}

/**
 * The tests start servers of their own: a package's service must not start because of them. A `policy-rc.d` that
 * answers 101 is how Debian is told so (invoke-rc.d(8)); one that is there already is left alone.
 */
function withoutStartingServices(install: () => void): void {
  const isOurs = !existsSync(POLICY_FILE);
  if (isOurs) writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (isOurs) rmSync(POLICY_FILE);
  }
}

function run(command: string, args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status !== 0) console.error(`${command} ${args.join(' ')} failed`);
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
