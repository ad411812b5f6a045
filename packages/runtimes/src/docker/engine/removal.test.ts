import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Engine } from './engine.ts';
import { removeInstance } from './removal.ts';

/** Long enough for all that is asked for at once to be there. */
const WORK_MS = 50;

/** A double of an engine with three nodes on a network, and how many it had to do at once, of what it was asked for. */
async function engineWithThreeNodes() {
  const containers = new Map<string, { Id: string; NetworkSettings: object }>();
  const onNetwork = new Set<string>();
  for (const name of ['a', 'b', 'c']) {
    const helper = `helper-${name}`;
    onNetwork.add(helper);
    const end = { NetworkID: 'n1', EndpointID: `e-${name}` };
    containers.set(helper, { Id: helper, NetworkSettings: { Networks: { i1: end } } });
    containers.set(`node-${name}`, { Id: `node-${name}`, NetworkSettings: { Networks: {} } });
  }
  const neverStarted = { i1: { NetworkID: '', EndpointID: '' } };
  containers.set('helper-d', { Id: 'helper-d', NetworkSettings: { Networks: neverStarted } });
  const networks = new Set(['n1']);
  const unknown: string[] = [];
  const now = { leaving: 0, removing: 0 };
  const most = { ...now };
  const take = async (what: keyof typeof now): Promise<void> => {
    now[what] += 1;
    most[what] = Math.max(most[what], now[what]);
    await delay(WORK_MS);
    now[what] -= 1;
  };
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0]?.replace(/^\/v[\d.]+/, '') ?? '';
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const [, , id = ''] = path.split('/');
    switch (`${request.method} ${path}`) {
      case 'GET /containers/json':
        return answer(200, [...containers.values()]);
      case 'GET /volumes':
        return answer(200, { Volumes: [] });
      case 'GET /networks':
        return answer(
          200,
          [...networks].map((Id) => ({ Id })),
        );
      case 'POST /networks/n1/disconnect': {
        const { Container } = (await json(request)) as { Container: string };
        await take('leaving');
        onNetwork.delete(Container);
        return answer(200, null);
      }
      case `DELETE /containers/${id}`:
        // What is still on a network leaves it now, beside others.
        if (onNetwork.has(id)) return answer(500, { message: `${id} is still on its network` });
        await take('removing');
        containers.delete(id);
        return answer(204, null);
      case 'DELETE /networks/n1':
        if (containers.size > 0) return answer(403, { message: 'error: network has active endpoints' });
        networks.clear();
        return answer(204, null);
      default:
        unknown.push(path);
        return answer(404, { message: `no ${path}` });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    engine: new Engine(`tcp://127.0.0.1:${port}`),
    most,
    unknown,
    left: () => [...containers.keys(), ...networks],
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

it('removes containers at once, and takes them off their network one after the other before', async () => {
  using double = await engineWithThreeNodes();
  await removeInstance(double.engine, 'i1');
  expect(double.left()).toEqual([]);
  expect(double.unknown).toEqual([]);
  expect(double.most.leaving).toBe(1);
  // Its nodes, and what was never on the network, at least.
  expect(double.most.removing).toBeGreaterThanOrEqual(4);
});
