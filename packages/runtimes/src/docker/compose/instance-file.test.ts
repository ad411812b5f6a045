import { composeModel } from '@ordeal/compose';
import type { ServiceLaunch } from '@ordeal/core';
import { expect, test } from 'vitest';
import { instanceFile, type ServiceNode } from './instance-file.ts';

const LABELS = { 'ordeal.instance': 'i1' };

function nodeOf(name: string, service = name, volume?: string): ServiceNode {
  const launch: ServiceLaunch = {
    kind: 'service',
    service,
    image: { name: 'x', published: 'x' },
    aliases: [],
    hosts: [],
    args: [],
    env: {},
    ports: {},
    ...(volume === undefined ? {} : { dataPath: '/data' }),
  };
  return {
    name,
    launch,
    container: `c-${name}`,
    helper: `h-${name}`,
    volume,
    labels: { ...LABELS, node: name },
  };
}

function servicesOf(services: object, nodes: readonly ServiceNode[], jobs: readonly string[] = []) {
  const model = composeModel.parse({ services });
  const file = instanceFile({ model, jobs, nodes, network: 'n1', labels: LABELS });
  return file as { services: Record<string, object>; networks?: object; volumes: object };
}

test('what a service does stays as it is; what only one instance could have, and its network, are taken out', () => {
  const kept = {
    image: 'web:1',
    command: ['serve', '$$HOME'],
    environment: { A: 'b' },
    healthcheck: { test: 'true' },
    mem_limit: '1g',
    volumes: ['logs:/logs'],
  };
  const web = {
    ...kept,
    ports: ['80:80'],
    expose: ['81'],
    container_name: 'the-web',
    hostname: 'web',
    networks: { back: null },
    extra_hosts: ['a:1.2.3.4'],
    restart: 'always',
    deploy: { replicas: 1, resources: { limits: { cpus: '0.5' } } },
    build: { context: '/src' },
    labels: ['owner=me'],
  };
  const { services } = servicesOf({ web }, [nodeOf('web')]);
  expect(services.web).toEqual({
    ...kept,
    container_name: 'c-web',
    network_mode: 'container:h-web',
    restart: 'no',
    pull_policy: 'never',
    deploy: { resources: { limits: { cpus: '0.5' } } },
    depends_on: {},
    labels: { owner: 'me', ...LABELS, node: 'web' },
    logging: { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '1' } },
  });
});

test('whoever waits for a service waits for each of its replicas, and for jobs by their names', () => {
  const { services, networks } = servicesOf(
    {
      web: { image: 'w', depends_on: { db: { condition: 'service_healthy', required: true }, migrate: {} } },
      db: { image: 'd', depends_on: ['migrate'] },
      migrate: { image: 'm' },
    },
    [nodeOf('web'), nodeOf('db-1', 'db'), nodeOf('db-2', 'db')],
    ['migrate'],
  );
  expect(Object.keys(services)).toEqual(['web', 'db-1', 'db-2', 'migrate']);
  expect(services.web).toMatchObject({
    depends_on: {
      'db-1': { condition: 'service_healthy' },
      'db-2': { condition: 'service_healthy' },
      migrate: { condition: 'service_started' },
    },
  });
  expect(services['db-2']).toMatchObject({ depends_on: { migrate: { condition: 'service_started' } } });
  // It has no helper, and reaches the others in the instance's network.
  expect(services.migrate).toMatchObject({ networks: ['instance'], labels: LABELS });
  expect(networks).toEqual({ instance: { external: true, name: 'n1' } });
});

test.each([['state:/data:rw'], ['/data'], [{ type: 'volume', source: 'state', target: '/data' }]])(
  'a disk takes the place of %j',
  (mount) => {
    const db = { image: 'd', volumes: [mount, 'other:/other'] };
    const { services, volumes } = servicesOf({ db }, [nodeOf('db', 'db', 'v1')]);
    expect(services.db).toMatchObject({ volumes: ['other:/other', 'ordeal-disk-db:/data'] });
    expect(volumes).toEqual({ 'ordeal-disk-db': { external: true, name: 'v1' } });
  },
);

test('volumes are found by their labels, and have no name that two instances would share', () => {
  const model = composeModel.parse({
    version: '3.9',
    name: 'shop',
    services: {},
    volumes: { a: null, b: { name: 'shop_b', driver: 'local', labels: { owner: 'me' } } },
    networks: { back: {} },
    secrets: { key: { file: '/key' } },
  });
  expect(instanceFile({ model, jobs: [], nodes: [], network: 'n1', labels: LABELS })).toEqual({
    services: {},
    volumes: { a: { labels: LABELS }, b: { driver: 'local', labels: { owner: 'me', ...LABELS } } },
    secrets: { key: { file: '/key' } },
  });
});
