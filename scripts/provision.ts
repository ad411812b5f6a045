import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findCompose, NO_COMPOSE } from '@ordeal/compose';
import { whyNoFaketime } from './faketime.ts';
import { isInstalled } from './is-installed.ts';
import { whyNoEngine } from './test-engine/why-no-engine.ts';

/** What some tests need of the machine. */
interface Need {
  readonly tests: string;
  /** Debian's packages for each program. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  readonly whyMissing: () => Promise<string | undefined> | string | undefined;
}

/** Tests that this machine cannot run, and why not. */
export interface Lack {
  readonly tests: string;
  readonly why: string;
}

const POLICY_FILE = '/usr/sbin/policy-rc.d';

const NEEDS: readonly Need[] = [
  {
    tests: 'everything on the Redis backend',
    packages: { 'redis-server': ['redis-server'] },
    whyMissing: () => (isInstalled('redis-server') ? undefined : 'redis-server is not installed'),
  },
  {
    tests: 'everything on the docker runtime',
    packages: {
      dockerd: ['docker.io'],
      iptables: ['iptables'],
      ip: ['iproute2'],
      // Ubuntu has the keys of Debian's archive in a package of their own.
      mmdebstrap: ['mmdebstrap', 'debian-archive-keyring'],
    },
    whyMissing: whyNoEngine,
  },
  {
    tests: 'what a jumping wall clock does',
    packages: { faketime: ['faketime'] },
    whyMissing: whyNoFaketime,
  },
  {
    tests: 'systems from compose files',
    packages: { 'docker-compose': ['docker-compose'] },
    whyMissing: async () => ((await findCompose()) === undefined ? NO_COMPOSE : undefined),
  },
];

/**
 * Installs from the distribution what the tests need and the machine lacks: as root on Debian and Ubuntu, saying
 * so first. Elsewhere, or with ORDEAL_NO_PROVISION=1, it only looks.
 * @returns what is still missing: its tests will be skipped
 */
export async function provision(): Promise<readonly Lack[]> {
  const lacking = await lackingNow();
  if (lacking.length === 0) return [];
  const names = lacking.flatMap(({ packages }) => missingPackages(packages));
  if (names.length > 0 && mayInstall()) {
    console.log(
      `Installing what the tests need (ORDEAL_NO_PROVISION=1 turns this off): apt-get install ${names.join(' ')}`,
    );
    withoutStartingServices(() => {
      run('apt-get', ['update', '-q']);
      run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...names]);
    });
  }
  return await lackingNow();
}

async function lackingNow(): Promise<(Need & Lack)[]> {
  const found = await Promise.all(NEEDS.map(async (need) => ({ ...need, why: await need.whyMissing() })));
  return found.flatMap(({ why, ...need }) => (why === undefined ? [] : [{ ...need, why }]));
}

function missingPackages(packages: Need['packages']): string[] {
  return Object.entries(packages).flatMap(([program, names]) => (isInstalled(program) ? [] : names));
}

function mayInstall(): boolean {
  return process.env.ORDEAL_NO_PROVISION !== '1' && process.getuid?.() === 0 && isDebian();
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

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
