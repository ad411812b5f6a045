import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadlineSignal, type LoadLine, monotonicMs, type SubjectProbe, waitFor } from '@ordeal/core';
import { processesIn } from '@ordeal/place';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalInstance, type LocalInstance } from '../testing/local-instance.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { redis } from './subject.ts';
import { localRedis } from './testing/local-redis.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let instance: LocalInstance;
let probe: SubjectProbe;
let startedInMs: number;

const soon = () => deadlineSignal(1_500);
const wholeNow = () => probe.whole(soon());

async function untilWhole(whole: boolean, timeoutMs = 15_000): Promise<string> {
  return waitFor(
    whole ? 'whole' : 'not whole',
    async () => {
      const sample = await wholeNow();
      if (process.env.SEE) console.info(Math.round(monotonicMs()), sample.detail);
      return sample.whole === whole ? sample.detail : undefined;
    },
    { timeoutMs, everyMs: 250 },
  );
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const before = monotonicMs();
  const folders = { folder: join(folder.path, 'instance'), cacheFolder: join(folder.path, 'cache') };
  instance = await createLocalInstance(localRedis, folders);
  await Promise.all(redis.topology.nodes.map((node) => instance.start(node.name)));
  probe = redis.observe(instance.observer);
  await untilWhole(true);
  startedInMs = monotonicMs() - before;
}, 40_000);

afterAll(async () => {
  await probe?.close();
  await instance?.remove();
  expect(processesIn(join(folder.path, 'instance'))).toEqual([]);
  await folder.remove();
});

describe('a healthy instance', () => {
  test('is whole well within its budget', async () => {
    console.info(`from prepare to whole: ${Math.round(startedInMs)} ms`, await probe.capture(soon()), await probe.roles(soon()));
    await waitFor('x', ()=> instance.lines.length > 20 || undefined, {timeoutMs: 5000});
    console.info(instance.lines.slice(0, 20), instance.logOf('client'));
    await instance.kill('redis0');
    const at = monotonicMs(); const from = instance.lines.length;
    await waitFor('again', ()=> instance.lines.slice(from+20).some(l => l.op === 'write' && l.ok) || undefined, {timeoutMs: 20000});
    console.info('writes again after', monotonicMs() - at, instance.lines.slice(from).filter(l => !l.ok).map(l => l.op+l.error));
    console.info(await probe.capture(soon()), await wholeNow());
    await instance.start('redis0');
    const started = monotonicMs();
    await untilWhole(true, 40000);
    console.info('whole after', monotonicMs() - started, await probe.capture(soon()));
    expect(startedInMs).toBeLessThan(redis.startBudgetMs);
  }, 80000);
});
