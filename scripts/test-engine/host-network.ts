import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ENGINE_RUN } from './places.ts';

/** What an engine changes in the host's network when it starts, and does not change back when it ends. */
interface HostNetwork {
  readonly forwarding: string;
  readonly forwardPolicy: string;
  /** Another engine's rules look the same as ours, and must stay. */
  readonly hasOtherEngine: boolean;
}

const FORWARDING = '/proc/sys/net/ipv4/ip_forward';
const NOTE = `${ENGINE_RUN}/host-network.json`;
const TABLES = ['filter', 'nat'];

/** To be called before the engine starts. The note of a run that was killed is the true one, and is kept. */
export function noteHostNetwork(): void {
  if (existsSync(NOTE)) return;
  const rules = rulesOf('filter');
  const before: HostNetwork = {
    forwarding: readFileSync(FORWARDING, 'utf8').trim(),
    forwardPolicy: /^:FORWARD (\S+)/m.exec(rules)?.[1] ?? 'ACCEPT',
    hasOtherEngine: /^:DOCKER /m.test(rules),
  };
  writeFileSync(NOTE, JSON.stringify(before));
}

/** To be called after the engine's end: its chains and the rules that lead to them go, what was set is set back. */
export function restoreHostNetwork(): void {
  const before: HostNetwork = JSON.parse(readFileSync(NOTE, 'utf8'));
  if (before.hasOtherEngine) return;
  for (const table of TABLES) {
    const lines = rulesOf(table).split('\n');
    const rules = lines.filter((line) => /^-A .*\bDOCKER/.test(line));
    for (const rule of rules) iptables(table, `-D${rule.slice(2)}`.split(' '));
    const chains = lines.flatMap((line) => /^:(DOCKER\S*)/.exec(line)?.[1] ?? []);
    for (const chain of chains) iptables(table, ['-X', chain]);
  }
  iptables('filter', ['-P', 'FORWARD', before.forwardPolicy]);
  writeFileSync(FORWARDING, before.forwarding);
}

function rulesOf(table: string): string {
  return execFileSync('iptables-save', ['-t', table], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function iptables(table: string, args: readonly string[]): void {
  execFileSync('iptables', ['--wait', '--table', table, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}
