import { spawnSync } from 'node:child_process';
import type { ImageLaunch } from '@ordeal/core';
import { expect, test } from 'vitest';
import { prepareContainer } from './prepare-container.ts';
import { sharedSettings } from './settings.ts';
import { PRIMARY, STANDBYS, topology } from './topology.ts';

function launchOf(name: string): ReturnType<typeof prepareContainer> {
  const node = topology.nodes.find((one) => one.name === name);
  if (node === undefined) throw new RangeError(`no node ${name}`);
  return prepareContainer({ node, topology });
}

function fileOf(name: string, file: string): string {
  return (launchOf(name) as ImageLaunch).files?.[`/etc/ordeal/${file}`] ?? '';
}

test.each([PRIMARY, ...STANDBYS])('the start script of %s is one that a shell can read', (name) => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: fileOf(name, 'start.sh'), encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('the primary makes a cluster, a standby copies it and follows', () => {
  expect(fileOf(PRIMARY, 'start.sh')).toMatch(/initdb(?!.*pg_basebackup)/s);
  expect(fileOf('postgres1', 'start.sh')).toMatch(
    'pg_basebackup -D /var/lib/ordeal/draft -h postgres0 -p 5432',
  );
  expect(fileOf(PRIMARY, 'own.conf')).not.toContain('primary_conninfo');
  expect(fileOf('postgres1', 'own.conf')).toMatch(
    /primary_conninfo = 'host=postgres0 port=5432 .*application_name=postgres1/,
  );
});

test('its settings are understood by the oldest version that it serves, and those of processes are all there are', () => {
  const older = Object.keys(sharedSettings(15));
  const newest = Object.keys(sharedSettings(18));
  expect(newest.filter((name) => !older.includes(name))).toEqual(['reserved_connections', 'io_method']);
  expect(sharedSettings(17)).toEqual({ ...sharedSettings(15), reserved_connections: 6 });
  for (const name of [PRIMARY, 'postgres1']) {
    expect(fileOf(name, 'shared.conf')).not.toMatch(/io_method|^reserved_connections/m);
  }
});

test('the client is told of the servers, by name', () => {
  expect(launchOf('client')).toMatchObject({
    kind: 'program',
    args: ['--primary=postgres0:5432', '--standby=postgres1:5432', '--standby=postgres2:5432'],
  });
});
