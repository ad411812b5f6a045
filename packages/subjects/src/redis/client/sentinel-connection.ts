import type { Address } from '@ordeal/core';
import { Redis } from 'ioredis';
import { describeFailure } from '../../describe-failure.ts';
import { untilAborted } from '../../until-aborted.ts';
import { GROUP } from '../settings.ts';

/** Many times what a healthy answer takes: who does not take the connection by then is passed over. */
const CONNECT_MS = 500;
/** An operation's own deadline: who has not answered by then is asked no more, and the sentinels are. */
const SILENCE_MS = 1_000;
const RETRY_MS = 200;

export interface SentinelConnection {
  /** @throws at once when there is no connection, the server's refusal, or by the signal. */
  run<T>(operation: (redis: Redis) => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): void;
}

/** A connection to whoever has that role by the sentinels' word: made again, and asked again, when it is lost. */
export function connectBySentinels(
  sentinels: readonly Address[],
  role: 'master' | 'slave',
): SentinelConnection {
  let lastError = 'connecting';
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;

  const open = () => {
    const opened = newConnection(sentinels, role);
    opened.on('error', (error) => {
      lastError = describeFailure(error);
    });
    // It goes on by itself after most failures, but gives up for good (6.0.0) when it hears of a failover at the very
    // moment at which it asks a sentinel.
    opened.on('end', () => {
      if (!isClosed) again = setTimeout(() => (redis = open()), RETRY_MS);
    });
    return opened;
  };
  let redis = open();

  return {
    async run(operation, signal) {
      if (redis.status !== 'ready') throw new Error(`no connection to a ${role}: ${lastError}`);
      return untilAborted(operation(redis), signal);
    },
    close() {
      isClosed = true;
      clearTimeout(again);
      redis.disconnect();
    },
  };
}

function newConnection(sentinels: readonly Address[], role: 'master' | 'slave'): Redis {
  return new Redis({
    sentinels: [...sentinels],
    name: GROUP,
    role,
    protocol: 2,
    // The sentinels know each other; we know all of them.
    updateSentinels: false,
    // They say when the primary has moved: a client of the old one would otherwise stay with it while it answers.
    failoverDetector: true,
    connectTimeout: CONNECT_MS,
    sentinelCommandTimeout: CONNECT_MS,
    disconnectTimeout: RETRY_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: () => RETRY_MS,
    sentinelRetryStrategy: () => RETRY_MS,
    sentinelReconnectStrategy: () => RETRY_MS,
    // It has become a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // An operation that waits for a connection, or is sent again, would hide for how long there was none.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
}
