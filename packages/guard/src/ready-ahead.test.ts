import { DEFAULT_TIMING, waitFor } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { planOf } from './testing/fault-double.ts';
import { createGuardHarness, type GuardHarness } from './testing/guard-harness.ts';

const fence = { trial: 't1', execution: 1 };
const kind = { subject: 'double', runtime: 'process' } as const;

async function ahead(harness: GuardHarness, count: number, keepFreeMb = 0): Promise<void> {
  await harness.guard.ask('ahead', { wanted: [{ ...kind, count }], keepFreeMb });
}

async function did(harness: GuardHarness, act: string): Promise<void> {
  await waitFor(act, () => harness.acts.includes(act) || undefined, { timeoutMs: 5_000, everyMs: 5 });
}

describe('an instance made ready ahead', () => {
  it('is the next trial of its kind, with its journal, its fault and its end', async () => {
    await using harness = await createGuardHarness();
    const { guard, acts } = harness;
    await ahead(harness, 1);
    await did(harness, 'start ahead-1#1');
    const { isReady, instance } = await guard.ask('start', { fence, ...kind });
    expect(isReady).toBe(true);
    const { steady } = await guard.ask('steady', { fence, settleMs: 100, budgetMs: 5_000 });
    expect(steady).toBe(true);
    await guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 1_000 });
    expect(await harness.told('health')).toMatchObject({ fence });
    expect(await guard.ask('remove', { fence })).toMatchObject({ clean: true, undone: ['x'] });
    expect(instance).toMatch(/^i[0-9a-f]+$/);
    expect(acts.filter((act) => /^(start|remove) /.test(act))).toEqual([
      'start ahead-1#1',
      'remove ahead-1#1',
    ]);
    expect(acts.slice(0, 3)).toEqual(['journal instance', 'start ahead-1#1', 'journal instance']);
  });

  it('is waited for while it is being made, and made again when that fails', async () => {
    await using harness = await createGuardHarness();
    const { promise, reject } = Promise.withResolvers<void>();
    harness.runtime.startMayEnd = promise;
    await ahead(harness, 1);
    await did(harness, 'start ahead-1#1');
    const starting = harness.guard.ask('start', { fence, ...kind });
    harness.runtime.startMayEnd = Promise.resolve();
    reject(new Error('no ports'));
    expect(await starting).toMatchObject({ isReady: false });
    expect(harness.acts.filter((act) => act.startsWith('start '))).toEqual(['start ahead-1#1', 'start t1#1']);
  });

  it('is not taken once a node of it has died, and goes', async () => {
    await using harness = await createGuardHarness();
    await ahead(harness, 1);
    await did(harness, 'start ahead-1#1');
    const instance = await waitFor('it is up', () => harness.runtime.instances.get('ahead-1'), {
      timeoutMs: 5_000,
    });
    await harness.told('health');
    instance.tellNode({ atMs: 5, node: 'one', kind: 'died', incarnation: '1@1', detail: 'SIGKILL' });
    expect(await harness.guard.ask('start', { fence, ...kind })).toMatchObject({ isReady: false });
    await ahead(harness, 1);
    await did(harness, 'remove ahead-1#1');
    expect(harness.acts).not.toContain('remove t1#1');
  });

  it('goes when nobody asks for it any longer than a lease', async () => {
    await using harness = await createGuardHarness();
    await ahead(harness, 1);
    await harness.told('health');
    harness.sleep(DEFAULT_TIMING.guardLeaseMs / 2);
    await ahead(harness, 1);
    harness.sleep(DEFAULT_TIMING.guardLeaseMs / 2 + 1_000);
    harness.guard.tick();
    expect(harness.acts).not.toContain('remove ahead-1#1');
    // Fewer are wanted now, and the rest of its lease is what it has left.
    await harness.guard.ask('ahead', { wanted: [], keepFreeMb: 0 });
    harness.sleep(DEFAULT_TIMING.guardLeaseMs);
    await did(harness, 'remove ahead-1#1');
  });

  it('is not made while memory is short, nor more of it than is asked for', async () => {
    await using harness = await createGuardHarness();
    await ahead(harness, 1, 1e9);
    await ahead(harness, 2);
    await did(harness, 'start ahead-2#1');
    await ahead(harness, 2);
    await harness.told('health', (event) => event.fence.trial === 'ahead-2');
    expect(harness.acts.filter((act) => act.startsWith('start '))).toEqual([
      'start ahead-1#1',
      'start ahead-2#1',
    ]);
  });

  it('goes with its guard', async () => {
    await using harness = await createGuardHarness();
    await ahead(harness, 3);
    await did(harness, 'start ahead-2#1');
    expect(await harness.guard.shutDown('the worker closed the line')).toBe(true);
    const count = (what: string) => harness.acts.filter((act) => act.startsWith(what)).length;
    expect(count('journal removed')).toBe(count('journal instance'));
  });

  it('is refused for what the guard does not know', async () => {
    await using harness = await createGuardHarness();
    const wanted = [{ subject: 'nothing', runtime: 'process', count: 1 }];
    await expect(harness.guard.ask('ahead', { wanted, keepFreeMb: 0 })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });
});
