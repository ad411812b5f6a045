import { createServer, type Server } from 'node:net';
import { OrdealError } from '@ordeal/core';

const HOST = '127.0.0.1';

/** Both ends are included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Below the ephemeral ranges of Linux (32768 up) and macOS (49152 up): nobody is given one of these ports as the
 * source of an outgoing connection, and dialling one that is down cannot connect to itself.
 */
const DEFAULT_RANGE: PortRange = { first: 15_000, last: 31_999 };
const BLOCK_SIZE = 64;

/**
 * Allots the nodes' own listening ports. A node's port must stay its own while the node is down, and no bind can
 * hold it then; so ports come from blocks, and the first port of a block, bound for as long as this process
 * lives, is the lock on the rest. Other guards on the machine respect it, of whatever user or installation, and
 * the kernel lifts it when we die, however we die.
 */
export interface PortAllotment {
  /** A port that nobody listens on and that no other guard will take, until given back. */
  take(): Promise<number>;
  giveBack(port: number): void;
}

export function createPortAllotment(range = DEFAULT_RANGE): PortAllotment {
  const blockCount = Math.floor((range.last + 1 - range.first) / BLOCK_SIZE);
  const taken = new Set<number>();
  const blocks: { first: number; next: number }[] = [];
  // Any start will do: different processes should seldom knock at the same doors.
  let candidate = process.pid % blockCount;
  let last: Promise<unknown> = Promise.resolve();

  async function takeNow(): Promise<number> {
    for (const block of blocks) {
      const port = await freePortOf(block);
      if (port !== undefined) return port;
    }
    for (let tried = 0; tried < blockCount; tried += 1) {
      const first = range.first + candidate * BLOCK_SIZE;
      candidate = (candidate + 1) % blockCount;
      const gate = await bind(first);
      if (gate === undefined) continue;
      gate.unref();
      const block = { first, next: 1 };
      blocks.push(block);
      const port = await freePortOf(block);
      if (port !== undefined) return port;
    }
    throw new OrdealError('TARGET_FAILED', `no free port from ${range.first} to ${range.last}`);
  }

  // Goes round the block, so that the port of an instance just removed is not the next one handed out.
  async function freePortOf(block: { first: number; next: number }): Promise<number | undefined> {
    for (let step = 1; step < BLOCK_SIZE; step += 1) {
      const port = block.first + block.next;
      block.next = (block.next % (BLOCK_SIZE - 1)) + 1;
      if (taken.has(port)) continue;
      const probe = await bind(port);
      if (probe === undefined) continue;
      await new Promise<void>((resolve) => probe.close(() => resolve()));
      taken.add(port);
      return port;
    }
    return undefined;
  }

  return {
    take() {
      const mine = last.then(takeNow);
      last = mine.catch(() => undefined);
      return mine;
    },
    giveBack(port) {
      taken.delete(port);
    },
  };
}

function bind(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    // `exclusive`, or the workers of a Node cluster would share the port instead of colliding.
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });
}
