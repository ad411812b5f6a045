import type { ContainerLaunch, ImageLaunch } from '@ordeal/core';
import { expect, test } from 'vitest';
import { prepareContainer } from './prepare-container.ts';
import { SENTINELS, SERVERS, topology } from './topology.ts';

function launchOf(name: string): ContainerLaunch {
  const node = topology.nodes.find((one) => one.name === name);
  if (node === undefined) throw new RangeError(`no node ${name}`);
  return prepareContainer({ node, topology });
}

function configOf(name: string): string[] {
  const { files } = launchOf(name) as ImageLaunch;
  return Object.values(files ?? {})
    .join('')
    .split('\n');
}

test('a replica follows the first primary by name, and announces its own', () => {
  expect(launchOf('redis1')).toMatchObject({
    image: { name: 'redis' },
    entrypoint: ['redis-server'],
    ports: { redis: 6_379 },
    dataPath: '/data',
  });
  expect(configOf('redis1')).toEqual(
    expect.arrayContaining(['replicaof redis0 6379', 'replica-announce-ip redis1', 'dir /data']),
  );
  expect(configOf('redis0').some((line) => line.startsWith('replicaof'))).toBe(false);
});

test.each(SERVERS)(
  '%s keeps its configuration off its volume, where a full disk does not reach it',
  (name) => {
    const { files, dataPath } = launchOf(name) as ImageLaunch;
    for (const path of Object.keys(files ?? {})) expect(path.startsWith(`${dataPath}/`)).toBe(false);
  },
);

test.each(SENTINELS)('%s starts with all that it would have to find out', (name) => {
  const config = configOf(name);
  expect(launchOf(name)).toMatchObject({
    args: [expect.any(String), '--sentinel'],
    ports: { sentinel: 26_379 },
  });
  const position = (start: string) => config.findIndex((line) => line.startsWith(start));
  // A name before this line is refused.
  expect(position('sentinel resolve-hostnames yes')).toBeLessThan(
    position('sentinel monitor ordeal redis0 6379 2'),
  );
  const known = config.filter((line) => line.startsWith('sentinel known-'));
  expect(known.map((line) => line.split(' ')[3])).toEqual([
    'redis1',
    'redis2',
    ...SENTINELS.filter((other) => other !== name),
  ]);
});

test('the ids that sentinels know each other by are those that they have', () => {
  const idIn = (name: string, start: string) =>
    configOf(name)
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1);
  for (const name of SENTINELS) {
    const own = idIn(name, 'sentinel myid ');
    expect(own).toMatch(/^[\da-f]{40}$/);
    for (const other of SENTINELS.filter((one) => one !== name)) {
      expect(idIn(other, `sentinel known-sentinel ordeal ${name} `)).toBe(own);
    }
  }
});

test('the client is told of the sentinels, by name', () => {
  expect(launchOf('client')).toMatchObject({
    kind: 'program',
    args: SENTINELS.map((name) => `--sentinel=${name}:26379`),
  });
});
