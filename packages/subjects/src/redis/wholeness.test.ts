import { describe, expect, test } from 'vitest';
import type { SentinelView } from './sentinel-view.ts';
import type { ServerView } from './server-view.ts';
import { problemsOf } from './wholeness.ts';

const NOW_MS = 10_000;

const primary: ServerView = {
  role: 'primary',
  announced: 'redis0:6379',
  offset: 100,
  replicas: ['redis1:6379', 'redis2:6379'],
  heartbeatAtMs: NOW_MS - 250,
};

function replica(name: string, change: Partial<ServerView> = {}): ServerView {
  const follows = { primary: 'redis0:6379', link: 'connected' };
  return {
    role: 'replica',
    announced: `${name}:6379`,
    offset: 100,
    follows,
    heartbeatAtMs: 9_750,
    ...change,
  };
}

const sentinel: SentinelView = {
  primary: 'redis0:6379',
  configEpoch: 0,
  up: { primary: true, replicas: ['redis1:6379', 'redis2:6379'], sentinels: 2 },
  isInTilt: false,
};

function problems(
  servers: Record<string, ServerView | Error> = {},
  sentinels: Record<string, SentinelView | Error> = {},
): string[] {
  return problemsOf(
    new Map(
      Object.entries({ redis0: primary, redis1: replica('redis1'), redis2: replica('redis2'), ...servers }),
    ),
    new Map(Object.entries({ sentinel0: sentinel, sentinel1: sentinel, sentinel2: sentinel, ...sentinels })),
    NOW_MS,
    ({ message }) => message,
  );
}

test('nothing is wrong with an instance where all agree', () => {
  expect(problems()).toEqual([]);
});

describe('it names who is not well, and why', () => {
  test.each<[string, Parameters<typeof problems>, string[]]>([
    ['a silent server', [{ redis1: new Error('gone') }], ['redis1: gone']],
    ['a silent sentinel', [{}, { sentinel1: new Error('gone') }], ['sentinel1: gone']],
    ['no primary', [{ redis0: new Error('gone') }], ['redis0: gone', 'no primary']],
    ['two primaries', [{ redis2: { ...primary, announced: 'redis2:6379' } }], ['primaries: redis0, redis2']],
    [
      'a primary that takes no write',
      [{ redis0: { ...primary, refusal: 'NOREPLICAS' } }],
      ['redis0: NOREPLICAS'],
    ],
    [
      'a replica of another',
      [{ redis1: replica('redis1', { follows: { primary: 'redis2:6379', link: 'connected' } }) }],
      ['redis1: it follows redis2:6379'],
    ],
    [
      'a replica without a line',
      [{ redis1: replica('redis1', { follows: { primary: 'redis0:6379', link: 'connect' } }) }],
      ['redis1: its line to the primary: connect'],
    ],
    [
      'a replica that never heard',
      [{ redis1: replica('redis1', { heartbeatAtMs: null }) }],
      ['redis1: it has no heartbeat yet'],
    ],
    [
      'a replica that has lost its primary',
      [{ redis1: replica('redis1', { heartbeatAtMs: NOW_MS - 1_200 }) }],
      ['redis1: its heartbeat is 1.2 s old'],
    ],
    [
      'a sentinel that is behind',
      [{}, { sentinel0: { ...sentinel, primary: 'redis1:6379' } }],
      ['sentinel0: it holds redis1:6379 for the primary'],
    ],
    [
      'a sentinel that takes no part',
      [{}, { sentinel0: { ...sentinel, isInTilt: true } }],
      ['sentinel0: it does not trust its clock, and takes no part (TILT)'],
    ],
    [
      'a sentinel that misses the primary',
      [{}, { sentinel0: { ...sentinel, up: { ...sentinel.up, primary: false } } }],
      ['sentinel0: it finds the primary down'],
    ],
    [
      'a sentinel that misses a replica',
      [{}, { sentinel0: { ...sentinel, up: { ...sentinel.up, replicas: ['redis1:6379'] } } }],
      ['sentinel0: it sees 1 of 2 replicas'],
    ],
    [
      'a sentinel that misses another',
      [{}, { sentinel0: { ...sentinel, up: { ...sentinel.up, sentinels: 1 } } }],
      ['sentinel0: it sees 1 of 2 other sentinels'],
    ],
  ])('%s', (_what, views, expected) => {
    expect(problems(...views)).toEqual(expected);
  });
});
