import { type Address, CLIENT_ROLE, defineSubject } from 'ordeal/config';

/** A system under test of one's own: one server, and a client whose requests are the measurement. */
export const shop = defineSubject({
  name: 'shop',
  title: 'A web shop: one server',
  goals: ['serving', 'whole'],
  topology: {
    nodes: [
      { name: 'shop0', role: 'server', ports: ['http'], restartDelayMs: 500 },
      { name: 'client', role: CLIENT_ROLE, ports: [], restartDelayMs: 500 },
    ],
    // Who dials whom: faults on the network act here, and nothing else gets through.
    links: [{ from: 'client', to: 'shop0', port: 'http' }],
  },
  // Serving: of what ended in the last second, nine of ten requests were answered within 300 ms.
  slo: { windowMs: 1_000, minSuccessRatio: 0.9, maxLatencyMs: 300 },
  startBudgetMs: 10_000,
  // How long after each fault the goal may still break.
  faults: { node_kill: { horizonSeconds: 2 }, client_cut: { horizonSeconds: 3 } },

  async prepareProcess({ node, listen, dial }) {
    const isClient = node.role === CLIENT_ROLE;
    const { port } = isClient ? dial('shop0', 'http') : listen('http');
    const program = new URL(isClient ? 'client.ts' : 'server.ts', import.meta.url).pathname;
    return { command: process.execPath, args: [program, String(port)], env: {}, privileges: 'kept' };
  },

  // The observer looks at the node's own address, which no fault touches.
  observe: (observer) => ({
    async whole(signal) {
      const answer = get(observer.address('shop0', 'http'), signal);
      return answer.then(
        () => ({ whole: true, detail: 'the server answers' }),
        (error: unknown) => ({ whole: false, detail: String(error) }),
      );
    },
    roles: async () => ({ shop0: 'server' }),
    capture: async (signal) => ({ sold: await get(observer.address('shop0', 'http'), signal) }),
    async ping(_node, address, signal) {
      const asked = observer.monotonicMs();
      await get(address, signal);
      return observer.monotonicMs() - asked;
    },
    close: async () => {},
  }),
});

async function get({ host, port }: Address, signal: AbortSignal): Promise<string> {
  const response = await fetch(`http://${host}:${port}/`, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.text();
}
