import { type Instance, waitFor } from '@ordeal/core';
import { processesMarked } from '@ordeal/place';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EchoInstance, makeTestPlace, startEcho } from './testing/start-echo.ts';

const place = makeTestPlace();
let echo: EchoInstance;
let instance: Instance;
beforeAll(async () => {
  echo = await startEcho(place, 'operated');
  instance = echo.instance;
});
afterAll(async () => {
  await echo[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const never = new AbortController().signal;
const incarnationOf = async (node: string) => (await instance.look(node)).incarnation;

it('an operator may start what a fault holds down, and its release changes nothing then', async () => {
  await instance.hold('x', 'beta');
  await instance.startNode('beta');
  expect(await incarnationOf('beta')).toBeNull();
  await instance.takeBack('beta');
  const started = await incarnationOf('beta');
  expect(started).not.toBeNull();
  await instance.release('x', 'beta');
  expect(await incarnationOf('beta')).toBe(started);
});

it('a restart begins a new life, of a node that runs, is held or is frozen', async () => {
  const first = await incarnationOf('gamma');
  await instance.restart('gamma');
  const second = await incarnationOf('gamma');
  expect([null, first]).not.toContain(second);
  await instance.pause('p', 'gamma', second ?? '');
  await instance.hold('x', 'gamma');
  await instance.restart('gamma');
  expect([null, second]).not.toContain(await incarnationOf('gamma'));
  expect((await instance.look('gamma')).stopped).toBe(0);
  // Nobody starts it a second time.
  await instance.release('x', 'gamma');
});

it('a command runs in the folder of the node, and says how it ended', async () => {
  const { exitCode, output } = await instance.exec('beta', ['sh', '-c', 'pwd; echo no >&2; exit 7'], never);
  expect(exitCode).toBe(7);
  expect(output.split('\n').sort()).toEqual(['', `${instance.label.folder}/beta`, 'no']);
  await expect(instance.exec('beta', ['/nonexistent'], never)).rejects.toMatchObject({
    code: 'TARGET_FAILED',
  });
  await instance.hold('x', 'beta');
  await expect(instance.exec('beta', ['true'], never)).rejects.toMatchObject({
    message: 'beta is down: nothing can be run in it',
  });
  await instance.takeBack('beta');
});

it('a command that is cut short takes its children along, and nobody else', async () => {
  const stop = new AbortController();
  const marked = () => processesMarked('OPERATED=1');
  const before = await incarnationOf('beta');
  const command = ['sh', '-c', 'OPERATED=1 sleep 600 & OPERATED=1 sleep 600'];
  const running = instance.exec('beta', command, stop.signal);
  await waitFor('both children', () => marked().length === 2 || undefined, { timeoutMs: 10_000 });
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(marked()).toEqual([]);
  expect(await incarnationOf('beta')).toBe(before);
});

it('a command that leaves something behind with its output open is over all the same', async () => {
  const { output } = await instance.exec('beta', ['sh', '-c', 'sleep 600 & echo done'], never);
  expect(output).toBe('done\n');
});

it('the log is what the node wrote, the end of it', async () => {
  const all = await instance.logs('beta', 10_000, never);
  const last = await instance.logs('beta', 1, never);
  expect(all.endsWith(last)).toBe(true);
  expect(last.trimEnd().split('\n')).toHaveLength(1);
  await expect(instance.logs('nobody', 1, never)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});
