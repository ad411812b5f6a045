import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ImageBuilder } from './build-images.ts';
import { type HeldEngine, holdEngine } from './hold-engine.ts';
import type { ImageName } from './image-recipes.ts';

interface ReadyEngine extends HeldEngine {
  readonly images: ImageBuilder;
}

/**
 * Answers the tests of one run: a connection names images (a line of JSON), and is told `{ host }` when the engine has
 * them, or `{ error }`. The engine is started when the first test asks, and stays up until `close`.
 * @param path of the socket to listen on
 */
export async function serveEngine(
  path: string,
  say: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  let engine: Promise<ReadyEngine> | undefined;
  const answer = async (socket: Socket): Promise<void> => {
    try {
      const [line] = await once(createInterface(socket), 'line');
      const names: ImageName[] = JSON.parse(line);
      engine ??= readyEngine(say);
      const { host, images } = await engine;
      await Promise.all(names.map((name) => images.ready(name)));
      socket.end(JSON.stringify({ host }));
    } catch (error) {
      socket.end(JSON.stringify({ error: (error as Error).message }));
    }
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    void answer(socket);
  }).listen(path);
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
      // One that failed to start has told so to whoever asked.
      const held = await engine?.catch(() => undefined);
      await held?.release();
    },
  };
}

async function readyEngine(say: (line: string) => void): Promise<ReadyEngine> {
  const held = await holdEngine();
  return { ...held, images: new ImageBuilder(held.docker, say) };
}
