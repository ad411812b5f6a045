import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Engine } from './engine.ts';
import { removeInstance } from './removal.ts';

/** Long enough for all who are asked at once to be there. */
const REMOVAL_MS = 50;

/** A double of an engine with three nodes on a network, and how many of each kind it had to remove at once. */
async function engineWithThreeNodes() {
  const containers = new Map<string, { Id: string; HostConfig: { NetworkMode: string } }>();
  for (const name of ['a', 'b', 'c']) {
    const helper = `helper-${name}`;
    containers.set(helper, { Id: helper, HostConfig: { NetworkMode: 'ordeal-i1' } });
    containers.set(`node-${name}`, {
      Id: `node-${name}`,
      HostConfig: { NetworkMode: `container:${helper}` },
    });
  }
  const networks = new Set(['n1']);
  const now = { node: 0, helper: 0 };
  const most = { ...now };
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
      case `DELETE /containers/${id}`: {
        const kind = id.startsWith('helper') ? 'helper' : 'node';
        now[kind] += 1;
        most[kind] = Math.max(most[kind], now[kind]);
        await delay(REMOVAL_MS);
        now[kind] -= 1;
        containers.delete(id);
        return answer(204, null);
      }
      case 'DELETE /networks/n1':
        if (containers.size > 0) return answer(403, { message: 'error: network has active endpoints' });
        networks.clear();
        return answer(204, null);
      default:
        return answer(404, { message: `no ${path}` });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    engine: new Engine(`tcp://127.0.0.1:${port}`),
    most,
    left: () => [...containers.keys(), ...networks],
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

it('removes nodes at once, and what is on their network one after the other', async () => {
  using double = await engineWithThreeNodes();
  await removeInstance(double.engine, 'i1');
  expect(double.left()).toEqual([]);
  expect(double.most).toEqual({ node: 3, helper: 1 });
});
