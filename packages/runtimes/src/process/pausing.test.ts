import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instance, monotonicMs, type NodeEvent, type Subject, waitFor } from '@ordeal/core';
import { processesIn, signalProcess } from '@ordeal/place';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echoSubject } from './testing/echo-subject.ts';
import { type EchoInstance, makeTestPlace, startEcho, waitForAnswer } from './testing/start-echo.ts';

const place = makeTestPlace();
const events: NodeEvent[] = [];
let echo: EchoInstance;
let instance: Instance;

beforeAll(async () => {
  echo = await startEcho(place, 'paused');
  instance = echo.instance;
  instance.onNode((event) => events.push(event));
});

afterAll(async () => {
  await echo[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

/** The node's life once its whole tree is up: the program and what it has spawned. */
function grown(node: string): Promise<string> {
  return waitFor(
    `the tree of ${node}`,
    async () => {
      const { incarnation, members } = await instance.look(node);
      return incarnation !== null && members === 4 ? incarnation : undefined;
    },
    { timeoutMs: 20_000 },
  );
}

const silent = (node: string) =>
  expect(
    echo.probe.ping(node, instance.observer.address(node, 'main'), AbortSignal.timeout(300)),
  ).rejects.toThrow();

test('a paused node is stopped as a whole and silent; its supervisor leaves it alone; it goes on as it was', async () => {
  const life = await grown('beta');
  events.length = 0;
  await instance.pause('one', 'beta', life);
  await instance.pause('one', 'beta', life);
  expect(await instance.look('beta')).toMatchObject({ incarnation: life, members: 4, stopped: 4 });
  await silent('beta');
  // By the same supervisor's rule gamma dies and comes back meanwhile.
  await instance.crash('gamma', await grown('gamma'));
  await grown('gamma');
  expect(await instance.look('beta')).toMatchObject({ incarnation: life, members: 4, stopped: 4 });
  await instance.resume('one', 'beta');
  await instance.resume('one', 'beta');
  expect(await instance.look('beta')).toMatchObject({ incarnation: life, members: 4, stopped: 0 });
  await waitForAnswer(echo, 'beta');
  expect(events.filter(({ node }) => node === 'beta')).toEqual([]);
});

test('of two injections, undoing one keeps the other; what was never paused is not resumed', async () => {
  const life = await grown('beta');
  await instance.pause('one', 'beta', life);
  await instance.pause('two', 'beta', life);
  await instance.resume('two', 'beta');
  await instance.resume('never paused', 'beta');
  await silent('beta');
  await instance.resume('one', 'beta');
  await waitForAnswer(echo, 'beta');
});

test('a paused node that is killed comes back unpaused, and the undo leaves it alone', async () => {
  const first = await grown('beta');
  await instance.pause('one', 'beta', first);
  await instance.crash('beta', first);
  const second = await grown('beta');
  expect(second).not.toBe(first);
  expect((await instance.look('beta')).stopped).toBe(0);
  await instance.pause('one', 'beta', first);
  expect((await instance.look('beta')).stopped).toBe(0);
  await instance.resume('one', 'beta');
  await waitForAnswer(echo, 'beta');
});

test('a hold kills a paused node, too', async () => {
  await instance.pause('one', 'beta', await grown('beta'));
  await instance.hold('two', 'beta');
  expect(await instance.look('beta')).toMatchObject({ incarnation: null, members: 0 });
  await instance.release('two', 'beta');
  await grown('beta');
  await waitForAnswer(echo, 'beta');
});

test('an instance with a paused node is removed at once', async () => {
  await using doomed = await startEcho(place, 'doomed');
  const alpha = doomed.instance.nodes().find(({ name }) => name === 'alpha');
  await doomed.instance.pause('one', 'alpha', alpha?.incarnation ?? '');
  const asked = monotonicMs();
  await doomed.instance.remove();
  expect(monotonicMs() - asked).toBeLessThan(5_000);
  expect(processesIn(doomed.instance.label.folder)).toEqual([]);
});

test('a paused server gets the chance to end by its end signal', async () => {
  const farewell = join(place.folders.data, 'farewell');
  const script = `trap 'echo bye > ${farewell}; exit' TERM; while :; do sleep 0.02; done`;
  const polite: Subject = {
    ...echoSubject,
    topology: { nodes: [{ name: 'polite', role: 'leader', ports: [], restartDelayMs: 20 }], links: [] },
    prepareProcess: async () => ({
      command: 'sh',
      args: ['-c', script],
      env: {},
      privileges: 'kept',
      endSignal: 'SIGTERM',
    }),
  };
  await using doomed = await startEcho(place, 'polite', polite);
  await doomed.instance.pause('one', 'polite', doomed.instance.nodes()[0]?.incarnation ?? '');
  await doomed.instance.remove();
  expect(readFileSync(farewell, 'utf8')).toBe('bye\n');
});

test('leftovers with a paused node are removed, too', async () => {
  await using left = await startEcho(place, 'left');
  for (const member of processesIn(left.instance.label.folder)) signalProcess(member, 'SIGSTOP');
  expect(await place.runtime.removeLeftovers(left.instance.label)).toBe(true);
});
