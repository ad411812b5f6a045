import { createServer, type Socket } from 'node:net';
import { type OwnEngine, startOwnEngine } from './own-engine.ts';
import { KEEPER_SOCKET, type KeeperAnswer } from './places.ts';

/**
 * Keeps the tests' own Docker engine up while anybody is connected, and stops it when the last one is gone, however
 * that came about: a process that dies closes its connections. Tells each one where the engine is.
 */

const FIRST_HOLDER_TIMEOUT_MS = 30_000;

const holders = new Set<Socket>();
let isEnding = false;
let engine: Promise<OwnEngine>;

const server = createServer({ allowHalfOpen: true }, (holder) => {
  // Who comes too late asks again, and so starts the next keeper.
  if (isEnding) {
    holder.destroy();
    return;
  }
  holders.add(holder);
  const answer = (line: KeeperAnswer): void => void holder.write(`${JSON.stringify(line)}\n`);
  engine.then(
    ({ host }) => answer({ host }),
    (error: Error) => answer({ error: error.message }),
  );
  const leave = (): void => {
    if (holders.delete(holder)) void endAfter(holder);
  };
  holder.on('error', leave).on('end', leave).on('close', leave).resume();
});
// Somebody else is the keeper.
server.on('error', () => process.exit(0));
server.listen(KEEPER_SOCKET, () => {
  engine = startOwnEngine(() => process.exit(1));
  engine.catch(() => {});
});
setTimeout(() => {
  if (holders.size === 0) void end();
}, FIRST_HOLDER_TIMEOUT_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end());

/** The connection is closed only when what follows from its end has happened. */
async function endAfter(holder: Socket): Promise<void> {
  if (holders.size === 0) await end();
  holder.end();
}

async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  try {
    await (await engine).stop();
  } catch {
    // Did not start: its holders know.
  }
  for (const holder of holders) holder.end();
  server.close();
}
