import { fileURLToPath } from 'node:url';
import {
  type Address,
  CLIENT_ROLE,
  type Link,
  type NodeSpec,
  type Subject,
  type Topology,
  type VolumeSpec,
} from '@ordeal/core';
import { pingEcho } from './ping-echo.ts';

const NODE_PROGRAM = fileURLToPath(new URL('./echo-node.ts', import.meta.url));
const CLIENT_PROGRAM = fileURLToPath(new URL('./echo-client.ts', import.meta.url));

/** Short, to keep tests short; long enough to see a node down. */
export const RESTART_DELAY_MS = 300;

/** Small, so that filling it takes no time; the double keeps nothing in it. */
export const ECHO_VOLUME: VolumeSpec = { path: 'data', sizeMb: 8 };

/** In containers, where no two nodes share an address. */
const ECHO_PORT = 7000;

const server = (name: string, role: string): NodeSpec => ({
  name,
  role,
  ports: ['main'],
  restartDelayMs: RESTART_DELAY_MS,
  volume: ECHO_VOLUME,
});

/** A test double of a subject: a leader that two followers dial, and a client that dials all three. */
export const echoSubject: Subject = {
  name: 'echo',
  goals: ['serving'],
  topology: {
    nodes: [
      server('alpha', 'leader'),
      server('beta', 'follower'),
      server('gamma', 'follower'),
      { name: 'client', role: CLIENT_ROLE, ports: [], restartDelayMs: RESTART_DELAY_MS },
    ],
    links: [
      { from: 'beta', to: 'alpha', port: 'main' },
      { from: 'gamma', to: 'alpha', port: 'main' },
      { from: 'client', to: 'alpha', port: 'main' },
      { from: 'client', to: 'beta', port: 'main' },
      { from: 'client', to: 'gamma', port: 'main' },
    ],
  },
  slo: { windowMs: 1_000, minSuccessRatio: 0.9, maxLatencyMs: 200 },
  startBudgetMs: 20_000,
  async prepareProcess({ node, topology, listen, dial }) {
    const args =
      node.role === CLIENT_ROLE
        ? [CLIENT_PROGRAM, ...dialledBy(node.name, topology).map(({ to, port }) => textOf(dial(to, port)))]
        : [NODE_PROGRAM, listen('main').host, String(listen('main').port)];
    // The unprivileged user may be unable to read this checkout.
    return { command: process.execPath, args, env: {}, privileges: 'kept' };
  },
  prepareContainer({ node, topology }) {
    if (node.role !== CLIENT_ROLE) {
      const args = ['0.0.0.0', String(ECHO_PORT)];
      return {
        kind: 'program',
        module: NODE_PROGRAM,
        args,
        env: {},
        ports: { main: ECHO_PORT },
        dataPath: '/data',
      };
    }
    const args = dialledBy(node.name, topology).map(({ to }) => textOf({ host: to, port: ECHO_PORT }));
    return { kind: 'program', module: CLIENT_PROGRAM, args, env: {}, ports: {} };
  },
  observe: () => ({
    whole: async () => ({ whole: true, detail: 'a test double is always whole' }),
    roles: async () => ({}),
    capture: async () => ({}),
    ping: (_node, address, signal) => pingEcho(address, signal),
    transfer: (_node, address, bytes, signal) => pingEcho(address, signal, bytes),
    close: async () => {},
  }),
};

function dialledBy(node: string, { links }: Topology): Link[] {
  return links.filter(({ from }) => from === node);
}

function textOf({ host, port }: Address): string {
  return `${host}:${port}`;
}
