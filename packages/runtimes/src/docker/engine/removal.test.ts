import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { Engine } from './engine.ts';
import { removeInstance } from './removal.ts';

/** A double of an engine with one network, which keeps the end of a container that is gone: real ones do so only by chance. */
async function engineWithStaleEndpoint(owner: string) {
  const network = { Id: 'n1', Name: 'ordeal-i1', Containers: { [owner]: { Name: 'ordeal-i1-a-helper' } } };
  const ends = new Map(Object.entries(network.Containers));
  const networks = new Set([network.Id]);
  const cut: unknown[] = [];
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0]?.replace(/^\/v[\d.]+/, '') ?? '';
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    switch (`${request.method} ${path}`) {
      case 'GET /containers/json':
        return answer(200, []);
      case 'GET /volumes':
        return answer(200, { Volumes: [] });
      case 'GET /networks':
        return answer(200, networks.has(network.Id) ? [network] : []);
      case 'GET /networks/n1':
        return answer(200, { ...network, Containers: Object.fromEntries(ends) });
      case 'DELETE /networks/n1':
        if (ends.size > 0) return answer(403, { message: 'error: network ordeal-i1 has active endpoints' });
        networks.clear();
        return answer(204, null);
      case 'POST /networks/n1/disconnect':
        cut.push(await json(request));
        ends.clear();
        return answer(200, null);
      default:
        return answer(404, { message: `no ${path}` });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    engine: new Engine(`tcp://127.0.0.1:${port}`),
    cut,
    networks,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

it.each([['ep-e1'], ['c0ffee']])(
  'removes a network on which the engine has left the end of a container that is gone: %s',
  async (owner) => {
    using double = await engineWithStaleEndpoint(owner);
    await removeInstance(double.engine, 'i1');
    expect([...double.networks]).toEqual([]);
    expect(double.cut).toEqual([expect.objectContaining({ Container: 'ordeal-i1-a-helper', Force: true })]);
  },
);
