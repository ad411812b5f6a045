import { setTimeout as delay } from 'node:timers/promises';
import { deadlineSignal, waitFor } from '@ordeal/core';
import { afterEach, expect, test } from 'vitest';
import { type AnsweringDouble, answeringDouble, bulk, list } from '../testing/answering-double.ts';
import { connectBySentinels, type SentinelConnection } from './sentinel-connection.ts';

const doubles: AnsweringDouble[] = [];
let connection: SentinelConnection | undefined;
afterEach(() => {
  connection?.close();
  for (const double of doubles) double.close();
});

async function double(answer: Parameters<typeof answeringDouble>[0]): Promise<AnsweringDouble> {
  const made = await answeringDouble(answer);
  doubles.push(made);
  return made;
}

const isPrimary = ([command]: string[]) =>
  command?.toLowerCase() === 'info' ? bulk('role:master\r\n') : '+OK\r\n';

const untilItAnswers = () =>
  waitFor(
    'an answer',
    () => connection?.run((redis) => redis.set('key', 1), deadlineSignal(500)).catch(() => undefined),
    { timeoutMs: 5_000 },
  );

test('it says at once when there is no connection, and why', async () => {
  const nobody = await double(() => '');
  nobody.close();
  connection = connectBySentinels([nobody.address], 'master');
  await waitFor(
    'a reason',
    () =>
      connection
        ?.run((redis) => redis.set('key', 1), deadlineSignal(500))
        .then(
          () => undefined,
          (error: Error) => /sentinels are unreachable/.test(error.message) || undefined,
        ),
    { timeoutMs: 5_000 },
  );
});

test('it outlives a failover of which it is told while it asks a sentinel', async () => {
  const primary = await double(isPrimary);
  let asked = 0;
  let tell: (() => void) | undefined;
  const sentinel = await double(async ([command = ''], socket) => {
    if (command.toLowerCase() === 'subscribe') {
      tell = () => socket.write(list('message', '+switch-master', 'ordeal 127.0.0.1 1 127.0.0.1 2'));
      return `*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`;
    }
    if (command.toLowerCase() !== 'sentinel') return '+OK\r\n';
    asked += 1;
    // The second question is answered when the failover has been told.
    if (asked === 2) {
      tell?.();
      await delay(100);
    }
    return list('127.0.0.1', String(primary.address.port));
  });
  connection = connectBySentinels([sentinel.address], 'master');
  await untilItAnswers();
  await waitFor('it listens for failovers', () => tell, { timeoutMs: 2_000 });

  for (const socket of primary.sockets) socket.destroy();
  await waitFor('it has asked again', () => asked >= 2 || undefined, { timeoutMs: 5_000 });
  await untilItAnswers();
  expect(asked).toBeGreaterThan(2);
});
