import { fileURLToPath } from 'node:url';
import { type Address, CLIENT_ROLE, defineSubject, type NodeSpec } from 'ordeal/config';

const SERVERS = ['pair0', 'pair1'] as const;
const PORT = 8080;
const restartDelayMs = 500;

function server(name: string): NodeSpec {
  return { name, role: 'server', ports: ['http'], restartDelayMs, volume: { path: 'data', sizeMb: 4 } };
}

const supported = { horizonSeconds: 1 };

/**
 * A test double of a system under test: two small servers that do not need each other, on both runtimes. For tests of what
 * becomes of faults and trials, by the dozen; what a fault does to a system it cannot tell.
 */
export const pair = defineSubject({
  name: 'pair',
  title: 'Two servers of the tests',
  goals: ['whole', 'serving'],
  topology: {
    nodes: [...SERVERS.map(server), { name: 'client', role: CLIENT_ROLE, ports: [], restartDelayMs }],
    links: [
      { from: 'pair0', to: 'pair1', port: 'http' },
      { from: 'pair1', to: 'pair0', port: 'http' },
      ...SERVERS.map((to) => ({ from: 'client', to, port: 'http' })),
    ],
  },
  slo: { windowMs: 1_500, minSuccessRatio: 0.5, maxLatencyMs: 1_000 },
  startBudgetMs: 20_000,
  faults: {
    node_kill: supported,
    process_pause: supported,
    latency: supported,
    network_partition: supported,
    asymmetric_partition: supported,
    disk_pressure: supported,
    cpu_pressure: supported,
  },

  async prepareProcess({ node, listen, dial }) {
    const address = (to: string): string => urlOf(dial(to, 'http'));
    const args =
      node.role === CLIENT_ROLE ? SERVERS.map(address) : [listen('http').host, String(listen('http').port)];
    return { command: process.execPath, args: [programOf(node), ...args], env: {}, privileges: 'kept' };
  },

  prepareContainer({ node }) {
    const isClient = node.role === CLIENT_ROLE;
    return {
      kind: 'program',
      module: programOf(node),
      args: isClient ? SERVERS.map((host) => urlOf({ host, port: PORT })) : ['0.0.0.0', String(PORT)],
      env: {},
      ports: isClient ? {} : { http: PORT },
      ...(isClient ? {} : { dataPath: '/data' }),
    };
  },

  observe(observer) {
    const ping = async (address: Address, signal: AbortSignal): Promise<number> => {
      const asked = observer.monotonicMs();
      const response = await fetch(urlOf(address), { signal });
      await response.text();
      return observer.monotonicMs() - asked;
    };
    return {
      async whole(signal) {
        const all = SERVERS.map((name) => ping(observer.address(name, 'http'), signal));
        return Promise.all(all).then(
          () => ({ whole: true, detail: 'both answer' }),
          (error: unknown) => ({ whole: false, detail: String(error) }),
        );
      },
      roles: async () => ({}),
      capture: async () => ({}),
      ping: (_, address, signal) => ping(address, signal),
      close: async () => {},
    };
  },
});

function programOf({ role }: NodeSpec): string {
  return fileURLToPath(new URL(role === CLIENT_ROLE ? 'client.ts' : 'server.ts', import.meta.url));
}

function urlOf({ host, port }: Address): string {
  return `http://${host}:${port}/`;
}
