import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

/** Counts visits in Redis. POST / is one more, GET / tells how many there were, GET /health whether Redis answers. */
createServer(async (request, response) => {
  try {
    const command =
      request.url === '/health' ? 'PING' : request.method === 'POST' ? 'INCR visits' : 'GET visits';
    response.end(await askRedis(command));
  } catch (error) {
    response.writeHead(503).end(String(error));
  }
}).listen(8080);

async function askRedis(command) {
  const socket = connect(6379, 'redis');
  try {
    socket.write(`${command}\r\n`);
    const [reply] = await once(socket, 'data', { signal: AbortSignal.timeout(800) });
    if (String(reply).startsWith('-')) throw new Error(String(reply));
    return String(reply);
  } finally {
    socket.destroy();
  }
}
