import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** On what, and with what, the figures were measured. */
export function describeMachine(): Readonly<Record<string, string>> {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} cores of ${cpu?.model.trim() ?? 'an unknown model'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    node: `Node ${process.versions.node}`,
    redis: versionOf('redis-server', ['--version'], /v=([\d.]+)/, 'Redis'),
    python: versionOf('python3', ['--version'], /([\d.]+)/, 'Python'),
  };
}

function versionOf(program: string, args: readonly string[], pattern: RegExp, name: string): string {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
  const version = pattern.exec(stdout ?? '')?.[1];
  return version === undefined ? `no ${name}` : `${name} ${version}`;
}
