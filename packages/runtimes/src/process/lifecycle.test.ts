import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Address, OrdealError, type Subject, waitFor } from '@ordeal/core';
import { isAlive, pidOf, processesIn, unprivilegedUser } from '@ordeal/place';
import { afterAll, expect, test } from 'vitest';
import { treeMembers } from './process-tree.ts';
import { echoSubject } from './testing/echo-subject.ts';
import { pingEcho } from './testing/ping-echo.ts';
import { makeTestPlace, startEcho } from './testing/start-echo.ts';

const OWNER_PROGRAM = fileURLToPath(new URL('./testing/instance-owner.ts', import.meta.url));

const place = makeTestPlace();
afterAll(() => place[Symbol.dispose]());

async function refuses({ host, port }: Address): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

test('remove leaves no process, no port, no folder; primitives on what is removed do nothing', async () => {
  const { instance } = await startEcho(place, 'removed');
  const { folder } = instance.label;
  const members = treeMembers(
    folder,
    instance.nodes().flatMap(({ incarnation }) => (incarnation === null ? [] : [incarnation])),
  );
  const addresses = [
    ...instance.topology.links.map((link) => instance.dial(link)),
    ...['alpha', 'beta', 'gamma'].map((node) => instance.observer.address(node, 'main')),
  ];
  expect(members.length).toBeGreaterThan(4);
  await Promise.all([instance.remove(), instance.remove()]);
  await instance.remove();
  expect(members.filter(isAlive)).toEqual([]);
  expect(await Promise.all(addresses.map(refuses))).toEqual(addresses.map(() => true));
  expect(existsSync(folder)).toBe(false);
  await instance.startNode('alpha');
  await instance.release('one', 'alpha');
  await instance.crash('alpha', '1@1');
  await instance.unshape('one');
  expect(await instance.look('alpha')).toMatchObject({ incarnation: null, members: 0 });
});

test('a shaped link is slow, its neighbours are not, whatever was applied or undone twice', async () => {
  await using echo = await startEcho(place, 'shaped');
  const { instance } = echo;
  const slow = { from: 'client', to: 'beta', port: 'main' };
  const quick = { from: 'client', to: 'gamma', port: 'main' };
  const ping = (link: typeof slow) => pingEcho(instance.dial(link), AbortSignal.timeout(5_000));
  const rules = [{ kind: 'delay', link: slow, minMs: 150, maxMs: 150, seed: '1' }] as const;
  await instance.unshape('one');
  await instance.shape('one', rules);
  await instance.shape('one', rules);
  const pings = await Promise.all([1, 2, 3].map(() => ping(slow)));
  expect(Math.min(...pings)).toBeGreaterThan(148);
  expect(Math.min(...pings)).toBeLessThan(250);
  expect(Math.min(...(await Promise.all([1, 2, 3].map(() => ping(quick)))))).toBeLessThan(100);
  await expect(
    instance.shape('two', [{ kind: 'cut', link: { ...slow, to: 'nobody' }, direction: 'both' }]),
  ).rejects.toThrow('no link from client to nobody');
  await instance.unshape('one');
  await instance.unshape('one');
  expect(Math.min(...(await Promise.all([1, 2, 3].map(() => ping(slow)))))).toBeLessThan(100);
});

test('a link outlives the node behind it: refused while down, through again after the restart', async () => {
  await using echo = await startEcho(place, 'outlived');
  const { instance } = echo;
  const link = { from: 'client', to: 'beta', port: 'main' };
  await instance.hold('one', 'beta');
  await expect(pingEcho(instance.dial(link), AbortSignal.timeout(5_000))).rejects.toThrow('ECONNRESET');
  await instance.release('one', 'beta');
  await waitFor(
    'through again',
    () => pingEcho(instance.dial(link), AbortSignal.timeout(1_000)).catch(() => undefined),
    { timeoutMs: 20_000 },
  );
});

test.each([
  { what: 'one node cannot be prepared', failing: 'prepare', message: 'cannot prepare beta: no beta today' },
  { what: 'one command does not exist', failing: 'command', message: 'cannot run /does/not/exist' },
])('a start that fails half way removes what it made: $what', async ({ failing, message }) => {
  const subject: Subject = {
    ...echoSubject,
    prepareProcess: async (site, signal) => {
      const launch = await echoSubject.prepareProcess?.(site, signal);
      if (launch === undefined) throw new Error('the double prepares');
      if (site.node.name !== 'beta') return launch;
      if (failing === 'prepare') throw new Error('no beta today');
      return { ...launch, command: '/does/not/exist' };
    },
  };
  const label = place.label(`half-${failing}`);
  await expect(place.runtime.start({ label, subject }, AbortSignal.timeout(20_000))).rejects.toThrow(message);
  expect(processesIn(label.folder)).toEqual([]);
  expect(existsSync(label.folder)).toBe(false);
});

test('an aborted start removes what it made', async () => {
  const abort = new AbortController();
  const label = place.label('aborted');
  const subject: Subject = {
    ...echoSubject,
    prepareProcess: async ({ folder }, signal) => {
      // Something that lives in the folder and that no launch stands for.
      spawn('sleep', ['3600'], { cwd: folder, detached: true, stdio: 'ignore' });
      abort.abort(new Error('stopped'));
      signal.throwIfAborted();
      throw new Error('not aborted');
    },
  };
  await expect(place.runtime.start({ label, subject }, abort.signal)).rejects.toThrow('stopped');
  expect(processesIn(label.folder)).toEqual([]);
  expect(existsSync(label.folder)).toBe(false);
});

test('leftovers of an owner that was killed are removed by the label alone', async () => {
  const owner: ChildProcess = spawn(process.execPath, [OWNER_PROGRAM, place.folders.data, 'left'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { folder } = place.label('left');
  try {
    await once(owner.stdout ?? owner, 'data');
  } finally {
    owner.kill('SIGKILL');
  }
  await once(owner, 'exit');
  expect(processesIn(folder).length).toBeGreaterThan(3);
  expect(await place.runtime.removeLeftovers(place.label('left'))).toBe(true);
  expect(processesIn(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  expect(await place.runtime.removeLeftovers(place.label('left'))).toBe(true);
});

test('a folder outside of the installation is refused before anything is made or deleted', async () => {
  const label = { ...place.label('outside'), folder: '/tmp/ordeal-not-ours' };
  await expect(
    place.runtime.start({ label, subject: echoSubject }, AbortSignal.timeout(5_000)),
  ).rejects.toThrow(OrdealError);
  expect(existsSync(label.folder)).toBe(false);
});

test('a node runs in its own folder and session, without our environment, as who it should', async () => {
  process.env.ORDEAL_TEST_SECRET = 'connection string';
  const nodes = echoSubject.topology.nodes.slice(0, 1);
  const subject: Subject = {
    ...echoSubject,
    topology: { nodes, links: [] },
    prepareProcess: async () => ({
      command: 'sh',
      args: ['-c', 'env > environment; echo told; exec sleep 3600'],
      env: { GIVEN: 'yes' },
      privileges: 'dropped',
    }),
  };
  const label = place.label('own');
  const instance = await place.runtime.start({ label, subject }, AbortSignal.timeout(20_000));
  try {
    const files = `${label.folder}/alpha`;
    await waitFor('output', () => readdirSync(files).includes('environment') || undefined, {
      timeoutMs: 10_000,
    });
    await waitFor('log', () => readFileSync(`${files}/node.log`, 'utf8').includes('told') || undefined, {
      timeoutMs: 10_000,
    });
    const environment = readFileSync(`${files}/environment`, 'utf8');
    expect(environment).toContain('GIVEN=yes');
    expect(environment).toContain(`HOME=${files}`);
    expect(environment).not.toContain('ORDEAL_TEST_SECRET');
    if (process.platform !== 'linux') return;
    const pid = pidOf(instance.nodes()[0]?.incarnation ?? '');
    const uid = unprivilegedUser()?.uid ?? process.getuid?.();
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${uid}\\s+${uid}`, 'm'));
    const session = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    expect(session).toBe(String(pid));
  } finally {
    delete process.env.ORDEAL_TEST_SECRET;
    await instance.remove();
  }
});
