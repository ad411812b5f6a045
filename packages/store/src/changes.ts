import { setTimeout as delay } from 'node:timers/promises';
import { describeError, monotonicMs } from '@ordeal/core';
import type pg from 'pg';
import { type ConnectOptions, connectClient } from './database/connect.ts';

export interface Changes {
  /** Resolves once the first LISTEN stands. */
  subscribe(listener: (campaignId: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** A line that has stood this long has proven itself: the next break starts again with a short pause. */
const PROVEN_MS = 10_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * One LISTEN connection for all listeners of a store, opened with the first and closed with the last; it comes
 * back by itself after an outage. What was said meanwhile is lost: whoever listens also polls.
 */
export function createChanges(options: ConnectOptions, channel: string): Changes {
  const listeners = new Set<(campaignId: string) => void>();
  let line: Line | undefined;

  const tell = (campaignId: string) => {
    for (const listener of listeners) {
      try {
        listener(campaignId);
      } catch (error) {
        options.log(`a listener to campaigns failed: ${describeError(error)}`);
      }
    }
  };
  const closeLine = async () => {
    const closing = line;
    line = undefined;
    await closing?.close();
  };

  return {
    async subscribe(listener) {
      const own = (campaignId: string) => listener(campaignId);
      listeners.add(own);
      line ??= openLine(options, channel, tell);
      try {
        await line.ready;
      } catch (error) {
        listeners.delete(own);
        await closeLine();
        throw error;
      }
      return async () => {
        if (listeners.delete(own) && listeners.size === 0) await closeLine();
      };
    },
    async close() {
      listeners.clear();
      await closeLine();
    },
  };
}

interface Line {
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

function openLine(options: ConnectOptions, channel: string, tell: (campaignId: string) => void): Line {
  const closed = new AbortController();
  let client: pg.Client | undefined;

  /** Resolves once LISTEN stands, with what resolves when the line breaks. */
  const connect = async (): Promise<{ broken: Promise<void> }> => {
    const fresh = await connectClient(options);
    const broken = new Promise<void>((resolve) => fresh.once('end', () => resolve()));
    fresh.on('notification', (message) => tell(message.payload ?? ''));
    try {
      await fresh.query(`listen ${fresh.escapeIdentifier(channel)}`);
    } catch (error) {
      await fresh.end();
      throw error;
    }
    client = fresh;
    if (closed.signal.aborted) await fresh.end();
    return { broken };
  };

  const keepOpen = async (first: { broken: Promise<void> }) => {
    let standing: { broken: Promise<void> } | undefined = first;
    let pauseMs = SHORTEST_PAUSE_MS;
    for (;;) {
      const since = monotonicMs();
      await standing?.broken;
      pauseMs =
        monotonicMs() - since > PROVEN_MS ? SHORTEST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      await delay(pauseMs, undefined, { signal: closed.signal }).catch(() => {});
      if (closed.signal.aborted) return;
      standing = await connect().catch((error: unknown) => {
        options.log(`listening to campaigns: ${describeError(error)}`);
        return undefined;
      });
    }
  };

  const first = connect();
  const running = first.then(keepOpen, () => {});
  return {
    ready: first.then(() => {}),
    async close() {
      closed.abort();
      await client?.end().catch(() => {});
      await running;
    },
  };
}
