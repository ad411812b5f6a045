import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { createInterface } from 'node:readline';
import { describeError, OrdealError, toOrdealError } from '@ordeal/core';
import { agentRequest, type AgentRequest } from './protocol.ts';

/** A stand-in that relays and refuses the rest. */
async function answer(request: AgentRequest): Promise<object> {
  switch (request.verb) {
    case 'relay': {
      const server = createServer((near) => {
        const far = connect(request.to);
        pipeline(near, far, near, () => {});
      });
      server.listen(0, '0.0.0.0');
      await once(server, 'listening');
      return { port: (server.address() as AddressInfo).port };
    }
    case 'look':
    case 'unshape':
      return {};
    default:
      throw new OrdealError('UNSUPPORTED', `a stand-in cannot ${request.verb}`);
  }
}

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const request = agentRequest.parse(JSON.parse(line));
    const said = await answer(request).then(
      (given) => ({ ok: true, answer: given }),
      (error: unknown) => ({ ok: false, error: { code: toOrdealError(error).code, message: describeError(error) } }),
    );
    process.stdout.write(`${JSON.stringify({ id: request.id, ...said })}\n`);
  })
  .on('close', () => process.exit(0));
