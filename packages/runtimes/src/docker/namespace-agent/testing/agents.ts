import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../../bundle-program.ts';
import { AgentClient } from '../client.ts';
import type { TestNetwork } from './test-network.ts';

const AGENT = fileURLToPath(new URL('../main.ts', import.meta.url));
const ECHO_SERVER = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

/** The agent as it is shipped, in one file. */
export interface AgentProgram extends Disposable {
  readonly path: string;
}

export async function bundleAgent(): Promise<AgentProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-agent-'));
  const path = join(folder, 'agent.mjs');
  writeFileSync(path, await bundleProgram(AGENT, folder));
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface RunningAgent {
  readonly client: AgentClient;
  readonly process: ChildProcess;
}

export function startAgent(
  network: TestNetwork,
  node: string,
  { path }: AgentProgram,
  ...args: string[]
): RunningAgent {
  const child = network.start(node, process.execPath, path, ...args);
  child.stderr?.pipe(process.stderr);
  return { client: clientOf(child), process: child };
}

/** Starts an echo server that listens on all addresses of the node; resolves when it does. */
export async function startEchoServer(network: TestNetwork, node: string, port: number): Promise<void> {
  const child = network.start(node, process.execPath, ECHO_SERVER, String(port));
  child.stderr?.pipe(process.stderr);
  if (child.stdout !== null) await once(child.stdout, 'data');
}

export function clientOf({ stdin, stdout }: ChildProcess): AgentClient {
  if (stdin === null || stdout === null) throw new Error('started without pipes');
  return new AgentClient(stdin, stdout);
}
