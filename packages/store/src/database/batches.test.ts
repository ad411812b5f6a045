import { expect, test } from 'vitest';
import { inBatches } from './batches.ts';

const PATIENCE_MS = 10_000;

/** Runs that wait until they are let go, with what they were given. */
function heldRuns() {
  const runs: { items: readonly string[]; lane: string; end: (failure?: Error) => void }[] = [];
  const run = (items: readonly string[], lane: string): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const answers = items.map((item) => `${item}!`);
      runs.push({ items, lane, end: (failure) => (failure ? reject(failure) : resolve(answers)) });
    });
  const started = (count: number) => expect.poll(() => runs.length).toBe(count);
  return { runs, run, started };
}

test('what comes while a run is under way goes into the next one, each call with its own answer', async () => {
  const { runs, run, started } = heldRuns();
  const call = inBatches(() => '', run, PATIENCE_MS);
  const first = call('a');
  await started(1);
  const later = ['b', 'c', 'd'].map(call);
  runs[0]?.end();
  expect(await first).toBe('a!');
  await started(2);
  expect(runs[1]?.items).toEqual(['b', 'c', 'd']);
  runs[1]?.end();
  expect(await Promise.all(later)).toEqual(['b!', 'c!', 'd!']);
});

test('a lane that is held up keeps no other waiting', async () => {
  const { runs, run, started } = heldRuns();
  const call = inBatches((item: string) => item.charAt(0), run, PATIENCE_MS);
  const held = call('a1');
  const other = call('b1');
  await started(2);
  runs.find(({ lane }) => lane === 'b')?.end();
  expect(await other).toBe('b1!');
  runs.find(({ lane }) => lane === 'a')?.end();
  expect(await held).toBe('a1!');
});

test('one call that breaks a run costs the others nothing', async () => {
  const call = inBatches(
    () => '',
    async (items: readonly string[]) => {
      if (items.includes('bad')) throw new Error('bad item');
      return items;
    },
    PATIENCE_MS,
  );
  const answers = await Promise.allSettled(['a', 'bad', 'b'].map(call));
  expect(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message)),
  ).toEqual(['a', 'bad item', 'b']);
});

test('an outage fails all calls of a run at once: nobody knows what was committed', async () => {
  const { runs, run, started } = heldRuns();
  const call = inBatches(() => '', run, PATIENCE_MS);
  const calls = ['a', 'b'].map(call);
  await started(1);
  runs[0]?.end(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' }));
  const answers = await Promise.allSettled(calls);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(runs).toHaveLength(1);
});

test('a call whose caller has left meanwhile is not made', async () => {
  const { runs, run, started } = heldRuns();
  const call = inBatches(() => '', run, 100);
  const first = call('a');
  await started(1);
  const left = call('b').catch((error: unknown) => error);
  const late = performance.now() + 150;
  await expect.poll(() => performance.now()).toBeGreaterThan(late);
  const wanted = call('c');
  runs[0]?.end();
  await first;
  await started(2);
  expect(runs[1]?.items).toEqual(['c']);
  expect(await left).toMatchObject({ code: 'DEADLINE' });
  runs[1]?.end();
  expect(await wanted).toBe('c!');
});
