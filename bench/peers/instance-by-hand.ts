/**
 * The steps of the postgres subject as a script would do them: copy a seed three times, start a primary and two
 * standbys, wait until both stream, each answers, and a commit goes through. No links, no client, no supervisor.
 *
 * usage: node instance-by-hand.ts COUNT FOLDER
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPostgresBinaries, openFolders, unprivilegedUser } from '@ordeal/place';
import pg from 'pg';

const LOOK_MS = 20;
const FIRST_PORT = 14_700;
const NAMES = ['primary', 'standby1', 'standby2'];
/** As in the subject, where it matters for speed. */
const SETTINGS = `
fsync = off
full_page_writes = off
shared_buffers = 8MB
max_connections = 30
max_worker_processes = 2
io_method = sync
wal_retrieve_retry_interval = 500ms
dynamic_shared_memory_type = mmap
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
`;

const [count = '', folder = ''] = process.argv.slice(2);
const { postgres, initdb } = await findPostgresBinaries(openFolders());
const user = unprivilegedUser();
const options = { ...user, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } };
const seed = join(folder, 'seed');
await makeSeed();

const seconds: number[] = [];
for (let start = 0; start < Number(count); start += 1) {
  const home = join(folder, `hand${start}`);
  const began = performance.now();
  const servers = await startServers(home);
  await untilServing();
  seconds.push((performance.now() - began) / 1_000);
  await Promise.all(servers.map(stop));
  await rm(home, { recursive: true });
}
console.log(JSON.stringify({ seconds }));

async function makeSeed(): Promise<void> {
  await makeFolder(folder);
  const args = ['-D', seed, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-locale', '--wal-segsize=1'];
  execFileSync(initdb, [...args, '-E', 'UTF8'], { ...options, stdio: 'ignore' });
  await appendFile(join(seed, 'postgresql.conf'), SETTINGS);
  const input = 'create table number (number bigint)\n';
  execFileSync(postgres, ['--single', '-D', seed, 'postgres'], {
    ...options,
    input,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function startServers(home: string): Promise<ChildProcess[]> {
  await makeFolder(home);
  return Promise.all(
    NAMES.map(async (name, index) => {
      const data = join(home, name);
      const copy = spawn('cp', ['-a', '--reflink=auto', seed, data], options);
      await once(copy, 'exit');
      const own = `port = ${FIRST_PORT + index}\nsynchronous_standby_names = 'ANY 1 (standby1, standby2)'\n`;
      const source = `primary_conninfo = 'host=127.0.0.1 port=${FIRST_PORT} user=postgres application_name=${name}'\n`;
      await appendFile(join(data, 'postgresql.conf'), name === 'primary' ? own : own + source);
      if (name !== 'primary') await writeFile(join(data, 'standby.signal'), '');
      return spawn(postgres, ['-D', data], { ...options, stdio: 'ignore' });
    }),
  );
}

async function untilServing(): Promise<void> {
  await Promise.all([
    untilDone(FIRST_PORT, async (client) => {
      const { rowCount } = await client.query(`select from pg_stat_replication where state = 'streaming'`);
      if (rowCount !== 2) throw new Error('not yet');
      await client.query('insert into number values (1)');
      await client.query('select number from number');
    }),
    ...[1, 2].map((index) => untilDone(FIRST_PORT + index, (client) => client.query('select 1'))),
  ]);
}

async function untilDone(port: number, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  for (;;) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    client.on('error', () => {});
    const isDone = await client
      .connect()
      .then(() => work(client))
      .then(() => true)
      .catch(() => false);
    await client.end().catch(() => {});
    if (isDone) return;
    await delay(LOOK_MS);
  }
}

async function stop(server: ChildProcess): Promise<void> {
  server.kill('SIGQUIT');
  await once(server, 'exit');
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if (user !== undefined) await chown(path, user.uid, user.gid);
}
