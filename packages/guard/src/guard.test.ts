import { DEFAULT_TIMING, readFaultPoints, waitFor } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { planOf } from './testing/fault-double.ts';
import { createGuardHarness } from './testing/guard-harness.ts';

const fence = { trial: 't1', execution: 1 };
const newer = { trial: 't1', execution: 2 };
const other = { trial: 't2', execution: 1 };
const refused = (why: string) => ({ code: 'GUARD_REFUSED', message: expect.stringContaining(why) });
const LEASE_MS = DEFAULT_TIMING.guardLeaseMs;
const soon = { timeoutMs: 5_000, everyMs: 10 };

describe('one trial', () => {
  it('goes from start to remove, and tells what happened and when', async () => {
    await using harness = await createGuardHarness();
    const { guard } = harness;
    await harness.steady(fence);
    const look = await guard.ask('look', { fence });
    expect(look.nodes[0]).toMatchObject({ name: 'one', role: 'elected' });
    expect(look.state).toEqual({ nodes: 1 });

    const beforeMs = harness.nowMs();
    const applied = await guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 1_000 });
    expect(applied.zeroMs).toBeGreaterThanOrEqual(beforeMs);
    expect(applied.appliedMs).toBeGreaterThanOrEqual(applied.zeroMs);
    expect(applied.activeMs).toBeGreaterThanOrEqual(applied.appliedMs);
    expect((await guard.ask('probe', { fence, injection: 'x' })).active.holds).toBe(true);

    const beforeUndoMs = harness.nowMs();
    const undone = await guard.ask('undo', { fence, injection: 'x', goneWithinMs: 1_000 });
    expect(undone.undoingMs).toBeGreaterThanOrEqual(beforeUndoMs);
    expect(undone.undoneMs).toBeGreaterThanOrEqual(undone.undoingMs);
    expect(undone.goneMs).toBeGreaterThanOrEqual(undone.undoneMs);
    expect((await guard.ask('probe', { fence, injection: 'x' })).active.holds).toBe(false);
    expect(await guard.ask('remove', { fence })).toEqual({ clean: true, undone: [] });
    expect(harness.acts).toEqual([
      'journal instance',
      'start t1#1',
      'journal plan x',
      'apply x',
      'journal applied x',
      'journal active x',
      'undo x',
      'journal undone x',
      'journal gone x',
      'remove t1#1',
      'journal removed',
    ]);
  });

  it('tells transitions of both parts after zero, dated from when they happened', async () => {
    await using harness = await createGuardHarness();
    await harness.steady(fence);
    const { zeroMs } = await harness.guard.ask('zero', { fence });
    const instance = harness.runtime.instances.get('t1');
    if (instance === undefined) throw new Error('no instance');
    instance.isWhole = false;
    instance.loadIsOk = false;
    for (const part of ['whole', 'serving']) {
      const broke = await harness.told('transition', (event) => event.part === part && !event.good);
      expect(broke.atMs).toBeGreaterThanOrEqual(zeroMs);
      expect(broke.knownMs).toBeGreaterThanOrEqual(broke.atMs);
    }
    instance.isWhole = true;
    instance.loadIsOk = true;
    const backFromMs = harness.nowMs();
    for (const part of ['whole', 'serving']) {
      const isBack = (event: { part: string; good: boolean; atMs: number }): boolean =>
        event.part === part && event.good && event.atMs >= backFromMs;
      await harness.told('transition', isBack);
    }
    const health = await harness.told('health', (event) => event.nowMs > backFromMs && event.serving);
    expect(health.servingSinceMs).toBeGreaterThanOrEqual(backFromMs);
  });

  it('is not steady while a part is bad, and says which', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const instance = harness.runtime.instances.get('t1');
    if (instance === undefined) throw new Error('no instance');
    instance.loadIsOk = false;
    const answer = await harness.guard.ask('steady', { fence, settleMs: 50, budgetMs: 300 });
    expect(answer.steady).toBe(false);
    expect(answer.detail).toContain('no read and no write has succeeded');
  });

  it('waits for no load where there is none, and for no tick where a sample is enough', async () => {
    await using harness = await createGuardHarness({ hasLoad: false });
    const { guard, events } = harness;
    await harness.start(fence);
    // Nothing moves time on from here: what is told is told at once.
    guard.tick = () => {};
    const { steady } = await guard.ask('steady', { fence, settleMs: 0, budgetMs: 5_000 });
    expect(steady).toBe(true);
    const { zeroMs } = await guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 1_000 });
    const { undoneMs } = await guard.ask('undo', { fence, injection: 'x', goneWithinMs: 1_000 });
    await harness.told('health', ({ nowMs }) => nowMs >= undoneMs);
    const [first, last] = events
      .filter((event) => event.event === 'health')
      .filter(({ nowMs }) => nowMs >= zeroMs);
    expect(first).toMatchObject({ wholeSinceMs: expect.any(Number), servingSinceMs: null });
    expect(first?.nowMs).toBeLessThan(undoneMs);
    expect(last?.nowMs).toBeGreaterThanOrEqual(undoneMs);
  });

  it('accounts for the load: before, under and after the fault, and what was lost', async () => {
    await using harness = await createGuardHarness();
    const { guard } = harness;
    await harness.steady(fence);
    const instance = harness.runtime.instances.get('t1');
    if (instance === undefined) throw new Error('no instance');
    const load = () => guard.ask('load', { fence, settled: true });
    await waitFor(
      'some load',
      async () => (await load()).availability.before.operations >= 10 || undefined,
      soon,
    );

    await guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 1_000 });
    instance.loadIsOk = false;
    await waitFor(
      'an outage',
      async () => (await load()).availability.longestOutageMs >= 100 || undefined,
      soon,
    );
    const { availability: during } = await load();
    expect(during.before.ok).toBe(during.before.operations);
    expect(during.under.ok).toBeLessThan(during.under.operations);

    await guard.ask('undo', { fence, injection: 'x', goneWithinMs: 1_000 });
    instance.loadIsOk = true;
    instance.lost.add(2);
    await waitFor('load again', async () => (await load()).availability.after.ok >= 1 || undefined, soon);
    const { availability, writes } = await load();
    expect(availability.before).toEqual(during.before);
    expect(availability.longestOutageMs).toBeGreaterThanOrEqual(100);
    expect(writes).toEqual({ acknowledged: expect.any(Number), lost: 1, examples: ['2'], unchecked: null });
    expect(writes.acknowledged).toBeGreaterThanOrEqual(availability.before.ok / 2);
  });

  it('accounts for no load where there is none', async () => {
    await using harness = await createGuardHarness({ hasLoad: false });
    await harness.steady(fence);
    const asked = harness.guard.ask('load', { fence, settled: true });
    await expect(asked).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('tells deaths of nodes as notes', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const died = { atMs: 5, node: 'one', kind: 'died', incarnation: '1@1', detail: 'SIGKILL' } as const;
    harness.runtime.instances.get('t1')?.tellNode(died);
    expect(await harness.told('note')).toMatchObject({ fence, atMs: 5, kind: 'node_died' });
  });

  it('waits for nothing of an instance that somebody else took apart, and removes it', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const instance = harness.runtime.instances.get('t1');
    if (instance !== undefined) instance.isWhole = false;
    const steady = harness.guard.ask('steady', { fence, settleMs: 100, budgetMs: 60_000 });
    const lost = { atMs: 5, node: 'one', kind: 'lost', incarnation: null, detail: 'removed' } as const;
    instance?.tellNode(lost);
    const because = { code: 'INSTANCE_LOST', message: 'one: removed' };
    await expect(steady).rejects.toMatchObject(because);
    const apply = harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 300 });
    await expect(apply).rejects.toMatchObject(because);
    expect(harness.acts).not.toContain('apply x');
    expect(await harness.told('note')).toMatchObject({ kind: 'node_lost' });
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: true, undone: [] });
  });

  it('of an instance in doubt tells no health, and whoever is at work on it hears of its loss', async () => {
    await using harness = await createGuardHarness();
    await harness.steady(fence);
    const instance = harness.runtime.instances.get('t1');
    const about = { atMs: 5, node: 'one', incarnation: null };
    const plan = planOf('x', { apply: 'hangs' });
    const apply = harness.guard.ask('apply', { fence, plan, activeWithinMs: 300 });
    const loss = expect(apply).rejects.toMatchObject({ code: 'INSTANCE_LOST', message: 'one: removed' });
    await waitFor('it applies', () => harness.acts.includes('apply x') || undefined, soon);
    instance?.tellNode({ ...about, kind: 'doubted', detail: 'deaf' });
    const told = (kind: 'health' | 'tick') => harness.events.filter(({ event }) => event === kind).length;
    const before = { health: told('health'), ticks: told('tick') };
    await waitFor('the apply fails', () => harness.acts.includes('journal gone x') || undefined, soon);
    instance?.tellNode({ ...about, kind: 'lost', detail: 'removed' });
    await loss;
    expect(told('health')).toBe(before.health);
    expect(told('tick')).toBeGreaterThan(before.ticks);
  });

  it('lets nobody wait for the news of a loss for longer than a worker waits for an answer', async () => {
    await using harness = await createGuardHarness();
    await harness.steady(fence);
    const instance = harness.runtime.instances.get('t1');
    instance?.tellNode({ atMs: 5, node: 'one', kind: 'doubted', incarnation: null, detail: 'deaf' });
    const lost = { code: 'INSTANCE_LOST', message: 'one: deaf' };
    const began = performance.now();
    await expect(harness.guard.ask('look', { fence })).rejects.toMatchObject(lost);
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it('does nothing to a node that has ended since it was chosen', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const plan = planOf('x', {}, [{ name: 'one', role: 'elected', incarnation: '7@7' }]);
    await expect(harness.guard.ask('apply', { fence, plan, activeWithinMs: 300 })).rejects.toMatchObject({
      code: 'INSTANCE_LOST',
      message: expect.stringContaining('before the fault'),
    });
    expect(harness.acts).not.toContain('apply x');
  });

  it('removes the instance when a start fails, and lets it be removed again', async () => {
    await using harness = await createGuardHarness();
    harness.runtime.startMayEnd = Promise.reject(new Error('no ports'));
    await expect(harness.start(fence)).rejects.toThrow('no ports');
    expect(harness.acts).toContain('leftovers t1#1');
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: true, undone: [] });
  });
});

describe('seen, not assumed', () => {
  it('a fault that does nothing is never active', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const plan = planOf('x', { apply: 'does_nothing' });
    const applied = await harness.guard.ask('apply', { fence, plan, activeWithinMs: 300 });
    expect(applied).toMatchObject({ activeMs: null, finding: { holds: false } });
  });

  it('the fault point keeps apply from reaching the fault', async () => {
    const faultPoints = readFaultPoints({ ORDEAL_FAULT_POINTS: 'apply-does-nothing' });
    await using harness = await createGuardHarness({ faultPoints });
    await harness.start(fence);
    const applied = await harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 300 });
    expect(applied.activeMs).toBeNull();
    expect(harness.acts).not.toContain('apply x');
  });

  it.each(['does_nothing', 'throws', 'hangs'] as const)('an undo that %s is not proven', async (undo) => {
    await using harness = await createGuardHarness({ timing: { ...DEFAULT_TIMING, undoMs: 500 } });
    await harness.start(fence);
    await harness.guard.ask('apply', { fence, plan: planOf('x', { undo }), activeWithinMs: 300 });
    const undone = await harness.guard.ask('undo', { fence, injection: 'x', goneWithinMs: 300 });
    expect(undone).toMatchObject({ goneMs: null, finding: { holds: false } });
    expect(harness.acts).toContain('journal unproven x');
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: true, undone: ['x'] });
  });

  it('an apply that throws is undone at once', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const plan = planOf('x', { apply: 'throws' });
    const apply = harness.guard.ask('apply', { fence, plan, activeWithinMs: 300 });
    await expect(apply).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('it was undone'),
    });
    expect(harness.acts).toContain('journal gone x');
  });

  it('an injection that was never applied is proven gone', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const undone = await harness.guard.ask('undo', { fence, injection: 'x', goneWithinMs: 300 });
    expect(undone.finding.evidence).toEqual({ never_applied: true });
  });
});

describe('fence', () => {
  it('refuses what is older than the newest execution', async () => {
    await using harness = await createGuardHarness();
    await harness.start(newer);
    await expect(harness.start(fence)).rejects.toMatchObject(refused('older than execution 2'));
    await expect(harness.guard.ask('look', { fence })).rejects.toMatchObject(refused('older'));
    await expect(harness.guard.ask('remove', { fence })).rejects.toMatchObject(refused('older'));
  });

  it('refuses what was never started, and a second start', async () => {
    await using harness = await createGuardHarness();
    await expect(harness.guard.ask('zero', { fence })).rejects.toMatchObject(refused('not started'));
    await harness.start(fence);
    await expect(harness.start(fence)).rejects.toMatchObject(refused('started already'));
    await harness.guard.ask('remove', { fence });
    await expect(harness.start(fence)).rejects.toMatchObject(refused('removed'));
  });

  it('a newer start undoes and removes the older instance first', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    await harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 300 });
    harness.acts.length = 0;
    await harness.start(newer);
    const acts = harness.acts.filter((act) => !act.startsWith('journal'));
    expect(acts).toEqual(['undo x', 'remove t1#1', 'start t1#2']);
    expect(await harness.told('abandoned')).toMatchObject({
      fence,
      injections: [{ injection: 'x', state: 'gone' }],
    });
  });
});

describe('lease', () => {
  it('that runs out undoes, removes and tells, and nothing is done for it later', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    await harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 300 });
    harness.sleep(LEASE_MS);
    const abandoned = await harness.told('abandoned');
    expect(abandoned).toMatchObject({
      fence,
      reason: 'its lease ran out',
      injections: [{ injection: 'x', state: 'gone' }],
    });
    expect(harness.acts.slice(-4)).toEqual([
      'journal undone x',
      'journal gone x',
      'remove t1#1',
      'journal removed',
    ]);
    for (const verb of ['look', 'zero', 'remove'] as const) {
      await expect(harness.guard.ask(verb, { fence })).rejects.toMatchObject(refused('its lease ran out'));
    }
    expect(harness.farewells).toEqual([
      {
        ...fence,
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        by: 'guard',
        reason: 'its lease ran out',
        injections: [{ injection: 'x', state: 'gone' }],
      },
    ]);
    await expect(harness.start(fence)).rejects.toMatchObject(refused('its lease ran out'));
  });

  it('that runs out when the fault is gone already is told of as well: its worker may not have heard', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    await harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 300 });
    await harness.guard.ask('undo', { fence, injection: 'x', goneWithinMs: 300 });
    harness.sleep(LEASE_MS);
    await harness.told('abandoned');
    expect(harness.farewells).toMatchObject([{ ...fence, injections: [{ injection: 'x', state: 'gone' }] }]);
  });

  it('is renewed by a beat from when it was sent', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    for (let beat = 0; beat < 3; beat += 1) {
      harness.sleep(LEASE_MS - 1_000);
      harness.guard.tick();
      await harness.guard.ask('beat', { provenAtMs: harness.nowMs(), executions: [fence] });
    }
    expect((await harness.guard.ask('look', { fence })).state).toEqual({ nodes: 1 });
  });

  it('is not renewed by a beat that was on its way for as long', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const provenAtMs = harness.nowMs();
    harness.sleep(LEASE_MS - 500);
    await harness.guard.ask('beat', { provenAtMs, executions: [fence] });
    harness.sleep(600);
    await expect(harness.guard.ask('look', { fence })).rejects.toMatchObject(refused('its lease ran out'));
  });

  it('is not renewed by proof of a time that nobody was told', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    harness.sleep(LEASE_MS + 100);
    const provenAtMs = harness.nowMs() + 60_000;
    await harness.guard.ask('beat', { provenAtMs, executions: [fence] });
    await expect(harness.guard.ask('look', { fence })).rejects.toMatchObject(refused('its lease ran out'));
  });

  it('that ran out while the guard slept is found before the next order', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    harness.sleep(LEASE_MS + 1);
    // In the same turn of the event loop: no tick came between.
    const apply = harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 300 });
    await expect(apply).rejects.toMatchObject(refused('its lease ran out'));
    expect(harness.acts).not.toContain('apply x');
  });

  it('that runs out cuts short what is at work', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const plan = planOf('x', { apply: 'does_nothing' });
    const apply = harness.guard.ask('apply', { fence, plan, activeWithinMs: 60_000 });
    const isRefused = expect(apply).rejects.toMatchObject(refused('its lease ran out'));
    await waitFor('apply', () => harness.acts.includes('journal applied x') || undefined, {
      timeoutMs: 5_000,
    });
    harness.sleep(LEASE_MS);
    await isRefused;
    await harness.told('abandoned');
  });

  it('that runs out during a start leaves nothing', async () => {
    await using harness = await createGuardHarness();
    harness.runtime.startMayEnd = new Promise(() => {});
    const start = expect(harness.start(fence)).rejects.toMatchObject(refused('its lease ran out'));
    await waitFor('start', () => harness.acts.includes('start t1#1') || undefined, { timeoutMs: 5_000 });
    harness.sleep(LEASE_MS);
    await start;
    await harness.told('abandoned');
    expect(harness.acts.at(-1)).toBe('journal removed');
  });
});

describe('an instance that cannot be removed', () => {
  it('is said to be left, and is removed when somebody asks again', async () => {
    await using harness = await createGuardHarness();
    await harness.start(fence);
    const instance = harness.runtime.instances.get('t1');
    if (instance === undefined) throw new Error('no instance');
    const remove = instance.remove.bind(instance);
    instance.remove = async () => {
      throw new Error('a disk error');
    };
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: false, undone: [] });
    expect(harness.acts).not.toContain('journal removed');
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: true, undone: [] });
    // The guard itself may have tried again meanwhile.
    expect(harness.acts).toEqual(expect.arrayContaining(['leftovers t1#1', 'journal removed']));
    await remove();
  });
});

describe('many executions', () => {
  it('do not block one another', async () => {
    await using harness = await createGuardHarness();
    await Promise.all([harness.start(fence), harness.start(other)]);
    const plan = planOf('x', { apply: 'does_nothing' });
    const slow = harness.guard.ask('apply', { fence, plan, activeWithinMs: 60_000 });
    const cutShort = expect(slow).rejects.toMatchObject(refused('removed'));
    const applied = await harness.guard.ask('apply', {
      fence: other,
      plan: planOf('y'),
      activeWithinMs: 1_000,
    });
    expect(applied.activeMs).not.toBeNull();
    // And a removal does not wait for what it makes pointless.
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: true, undone: ['x'] });
    await cutShort;
  });

  it('an instance whose fault hangs in apply and undo is removed within the undo budget', async () => {
    await using harness = await createGuardHarness({ timing: { ...DEFAULT_TIMING, undoMs: 2_000 } });
    await harness.start(fence);
    const plan = planOf('x', { apply: 'hangs', undo: 'hangs' });
    const apply = expect(
      harness.guard.ask('apply', { fence, plan, activeWithinMs: 3_000 }),
    ).rejects.toMatchObject(refused('removed'));
    await waitFor('apply', () => harness.acts.includes('apply x') || undefined, { timeoutMs: 5_000 });
    const fromMs = harness.nowMs();
    expect(await harness.guard.ask('remove', { fence })).toEqual({ clean: true, undone: ['x'] });
    expect(harness.nowMs() - fromMs).toBeLessThan(2_000);
    expect(harness.acts.slice(-2)).toEqual(['remove t1#1', 'journal removed']);
    await apply;
  });

  it('are all undone and removed when the guard goes', async () => {
    await using harness = await createGuardHarness();
    for (const [own, injection] of [
      [fence, 'x'],
      [other, 'y'],
    ] as const) {
      await harness.start(own);
      await harness.guard.ask('apply', { fence: own, plan: planOf(injection), activeWithinMs: 300 });
    }
    expect(await harness.guard.shutDown('the worker died')).toBe(true);
    expect(harness.acts).toEqual(expect.arrayContaining(['undo x', 'undo y', 'remove t1#1', 'remove t2#1']));
    await expect(harness.start({ trial: 't3', execution: 1 })).rejects.toMatchObject(
      refused('the guard goes'),
    );
  });

  it('waits for what a start has asked the engine for, and removes it', async () => {
    await using harness = await createGuardHarness();
    const engine = Promise.withResolvers<void>();
    harness.runtime.engineAnswers = engine.promise;
    const start = harness.start(fence).catch(() => {});
    await waitFor('the start is at work', () => harness.acts.includes('start t1#1') || undefined, soon);
    const goes = harness.guard.shutDown('the worker died');
    await waitFor('it removes', () => harness.acts.includes('leftovers t1#1') || undefined, soon);
    engine.resolve();
    expect(await goes).toBe(true);
    await start;
    const { acts } = harness;
    expect(acts).toContain('remove t1#1');
    expect(acts.indexOf('journal removed')).toBeGreaterThan(acts.indexOf('remove t1#1'));
  });
});
