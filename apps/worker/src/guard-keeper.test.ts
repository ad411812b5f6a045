import type { GuardClient } from '@ordeal/guard';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { GuardKeeper } from './guard-keeper.ts';

type Listener = Parameters<GuardClient['on']>[0];

/** What a keeper needs of a guard: it can be told to go, and be gone. */
function guardDouble(): { client: GuardClient; goes: () => void; isGone: () => void } {
  const listeners: Listener[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  const client: Partial<GuardClient> = {
    identity: 'g',
    recovered: [],
    closed,
    on: (listener) => {
      listeners.push(listener);
      return () => {};
    },
    kill: async () => {},
    close: async () => {},
  };
  return {
    client: client as GuardClient,
    goes: () => {
      for (const listener of listeners) listener({ event: 'going', reason: 'SIGTERM' });
    },
    isGone: () => resolve('the guard exited (code 0)'),
  };
}

it('gives no work to a guard that goes, but to its successor, when that is up', async () => {
  const guards = [guardDouble(), guardDouble()];
  const [first, second] = guards;
  const next = guards.values();
  const spawn = async () => next.next().value?.client ?? Promise.reject(new Error('no more'));
  const store = { getTrial: async () => undefined };
  const keeper = await GuardKeeper.start({ spawn, store, log: pino({ level: 'silent' }) });
  const { signal } = new AbortController();
  expect(await keeper.ready(signal)).toBe(first?.client);
  first?.goes();
  const ready = keeper.ready(signal);
  const early = await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, 50, 'nobody'))]);
  expect(early).toBe('nobody');
  first?.isGone();
  expect(await ready).toBe(second?.client);
  expect(keeper.current).toBe(second?.client);
});
