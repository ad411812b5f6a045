import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestEngineAnswer, TestImage } from '@ordeal/runtimes/testing-engine';
import { ImageBuilder } from './build-images.ts';
import { type HeldEngine, holdEngine } from './hold-engine.ts';

interface ReadyEngine extends HeldEngine {
  readonly images: ImageBuilder;
}

/**
 * Answers the tests of one run: a connection names images (a line of JSON), and is answered when the engine has them,
 * or cannot. The engine is started when the first test asks, and stays up until `close`.
 * @param path of the socket to listen on
 */
export async function serveEngine(
  path: string,
  say: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  let engine: Promise<ReadyEngine> | undefined;
  const answerTo = async (names: readonly TestImage[]): Promise<TestEngineAnswer> => {
    try {
      engine ??= readyEngine(say);
      const { host, images } = await engine;
      const ready = names.map(async (name) => [name, await images.ready(name)]);
      return { host, images: Object.fromEntries(await Promise.all(ready)) };
    } catch (error) {
      return { error: (error as Error).message };
    }
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    createInterface(socket).once('line', async (line) => {
      socket.end(JSON.stringify(await answerTo(JSON.parse(line))));
    });
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
