import { type Address, OrdealError } from '@ordeal/core';
import { Redis, ReplyError } from 'ioredis';
import { untilAborted } from '../until-aborted.ts';

/** A server that has not answered for this long is out of service, whatever it does later. */
const DEADLINE_MS = 1_000;
/** For a goodbye that is not taken. */
const END_GRACE_MS = 200;

interface Deadlines {
  /** 0: none. */
  readonly connectTimeout: number;
  /** For a sign of life while an answer is due. Absent: none. */
  readonly socketTimeout?: number;
}

/** A connection that is made once and never again. */
export function connectTo({ host, port }: Address, deadlines: Deadlines): Redis {
  return new Redis({
    host,
    port,
    protocol: 2,
    ...deadlines,
    disconnectTimeout: END_GRACE_MS,
    retryStrategy: null,
    // A server that still loads its data is to say so itself; and a sentinel has no such check.
    enableReadyCheck: false,
    disableClientInfo: true,
  });
}

/** The observer's one connection to one server or sentinel; made when first needed, and again after it failed. */
export interface NodeConnection {
  /**
   * The replies to commands that are sent together; one that is refused has its error as its reply.
   * @throws the connection's error; the signal's reason, which only ends the waiting.
   */
  ask(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<readonly unknown[]>;
  close(): void;
}

interface Opened {
  readonly redis: Redis;
  /** Why it could not be made, or broke. */
  error: Error | undefined;
}

export function createNodeConnection(address: Address): NodeConnection {
  let current: Opened | undefined;
  let closed = false;

  const opened = (): Opened => {
    if (closed) throw new OrdealError('TARGET_FAILED', 'the observer is closed');
    if (current !== undefined && current.redis.status !== 'end') return current;
    const next: Opened = {
      redis: connectTo(address, { connectTimeout: DEADLINE_MS, socketTimeout: DEADLINE_MS }),
      error: undefined,
    };
    next.redis.on('error', (error) => {
      next.error ??= error;
    });
    current = next;
    return next;
  };

  const run = async (commands: readonly (readonly string[])[]) => {
    const connection = opened();
    const results = await connection.redis.pipeline(commands.map((words) => ['call', ...words])).exec();
    return (results ?? []).map(([error, reply]) => {
      if (error === null) return reply;
      if (error instanceof ReplyError) return error;
      // No answer in time, or none ever: the next question is asked on a new connection.
      connection.redis.disconnect();
      throw connection.error ?? error;
    });
  };

  return {
    async ask(commands, signal) {
      signal.throwIfAborted();
      return untilAborted(run(commands), signal);
    },
    close() {
      closed = true;
      current?.redis.disconnect();
    },
  };
}
