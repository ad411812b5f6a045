import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { holdEngine } from '../../scripts/test-engine/hold-engine.ts';

/**
 * Holds an engine of its own, with a network in it, and says so; when its standard input ends, lets go of it. Each
 * line on standard output is the state of the network namespace it runs in: before, during, after.
 */

const tell = (): void => console.log(JSON.stringify(networkState()));

tell();
const engine = await holdEngine();
await engine.docker.createNetwork({ Name: `left-behind-${process.pid}` });
tell();
for await (const _ of process.stdin);
await engine.release();
tell();

function networkState(): { rules: string[]; forwarding: string; links: string } {
  const saved = execFileSync('iptables-save', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  // Comments bear the time; packets are counted in brackets; empty tables appear when somebody has looked at them.
  const lines = saved.split('\n').map((line) => line.replace(/ \[.*\]$/, ''));
  return {
    rules: lines.filter((line) => /^(-A|:.* -$|:FORWARD)/.test(line)),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim(),
    links: execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' }),
  };
}
