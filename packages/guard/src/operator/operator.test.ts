import { type Engagement, type HandleAccess, OrdealError, waitFor } from '@ordeal/core';
import { askHandle } from '@ordeal/operators';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GuardEvent } from '../protocol.ts';
import { planOf } from '../testing/fault-double.ts';
import { createGuardHarness, type GuardHarness } from '../testing/guard-harness.ts';

const fence = { trial: 't1', execution: 1 };
const LEASE_MS = 8_000;

let harness: GuardHarness;
let engagement: Engagement | undefined;
beforeEach(async () => {
  engagement = undefined;
  harness = await createGuardHarness({
    operatorOf: (name) =>
      name === 'me'
        ? {
            name,
            engage: (given) => {
              engagement = given;
              return new Promise((resolve) => given.signal.addEventListener('abort', () => resolve()));
            },
          }
        : undefined,
  });
  await harness.steady(fence);
  await harness.guard.ask('look', { fence });
});
afterEach(() => harness[Symbol.asyncDispose]());

async function engage(): Promise<Engagement> {
  await harness.guard.ask('engage', { fence, operator: 'me', settings: {}, goal: 'serving' });
  if (engagement === undefined) throw new Error('it was not engaged');
  return engagement;
}
const told = () =>
  harness.events.flatMap((event: GuardEvent) => (event.event === 'operator' ? [event.told] : []));
const refusal = { code: 'GUARD_REFUSED' };

it('is told of the nodes, with the roles that they have now, and not of the client or the fault', async () => {
  const { incident } = await engage();
  expect(incident).toEqual({
    incident: expect.stringMatching(/^inc-/),
    trial: 't1',
    subject: 'double',
    runtime: 'process',
    instance: expect.stringMatching(/^i/),
    nodes: [{ name: 'one', role: 'elected', endpoints: { main: { host: '127.0.0.1', port: 1 } } }],
  });
});

it('has its acts carried out and told with how they ended', async () => {
  const { handles } = await engage();
  const beforeMs = harness.nowMs();
  await handles.restart('one');
  await handles.exec('one', ['cat', '/etc/hosts']);
  await handles.list();
  await handles.list();
  await expect(handles.restart('client')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(told()).toMatchObject([
    { kind: 'act', act: { command: 'restart one', node: 'one', repairs: true, exitCode: 0, by: 'handle' } },
    { kind: 'act', act: { command: 'exec one cat /etc/hosts', repairs: false, exitCode: 0 } },
    { kind: 'act', act: { command: 'list', node: null, repairs: false } },
  ]);
  const [first] = harness.events.filter(({ event }) => event === 'operator');
  expect(first).toMatchObject({ fence, atMs: expect.any(Number) });
  expect(first !== undefined && 'atMs' in first && first.atMs >= beforeMs).toBe(true);
});

it.each([-3_600_000, 3_600_000])(
  'dates when it is heard what cannot have been: off by %i ms',
  async (offMs) => {
    const { tell } = await engage();
    const beforeMs = harness.nowMs();
    tell({ kind: 'detected', at: Date.now() + offMs });
    const { atMs } = await harness.told('operator');
    expect(atMs).toBeGreaterThanOrEqual(beforeMs);
    expect(atMs).toBeLessThanOrEqual(harness.nowMs());
  },
);

it('dates what happened earlier by the wall clock on the guard’s own', async () => {
  const { tell } = await engage();
  tell({ kind: 'detected', at: Date.now() - 5_000 });
  const nowMs = harness.nowMs();
  const event = await harness.told('operator');
  expect(event.atMs - nowMs).toBeGreaterThan(-5_100);
  expect(event.atMs - nowMs).toBeLessThan(-4_900);
});

it.each<[string, () => Promise<unknown>]>([
  ['it was stopped', () => harness.guard.ask('disengage', { fence })],
  ['the instance was removed', () => harness.guard.ask('remove', { fence })],
  [
    'the lease ran out',
    async () => {
      harness.sleep(LEASE_MS + 1);
      await harness.told('abandoned');
    },
  ],
])('can do nothing more once %s', async (_why, end) => {
  const { handles, signal } = await engage();
  await end();
  expect(signal.aborted).toBe(true);
  await expect(handles.restart('one')).rejects.toMatchObject(refusal);
  await expect(handles.exec('one', ['true'])).rejects.toBeInstanceOf(OrdealError);
  expect(told().filter(({ kind }) => kind === 'ended')).toHaveLength(1);
});

it('does not restart what the guard no longer may touch, though it was not told yet', async () => {
  const { handles } = await engage();
  harness.sleep(LEASE_MS + 1);
  await expect(handles.restart('one')).rejects.toMatchObject(refusal);
});

it('lets a control operator know when it hurts, and undo the fault, which is still to be undone by us', async () => {
  const { backstage } = await engage();
  let hurts = false;
  const hurt = backstage.untilItHurts().then(() => {
    hurts = true;
  });
  await harness.guard.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 1_000 });
  expect(hurts).toBe(false);
  const instance = harness.runtime.instances.get('t1');
  if (instance === undefined) throw new Error('no instance');
  instance.loadIsOk = false;
  await hurt;
  await backstage.undoFault();
  expect(told()).toMatchObject([{ kind: 'act', act: { command: 'undo', repairs: true } }]);
  expect((await harness.guard.ask('probe', { fence, injection: 'x' })).gone.holds).toBe(true);
  await harness.guard.ask('undo', { fence, injection: 'x', goneWithinMs: 1_000 });
  expect(harness.acts.filter((act) => act === 'undo x')).toHaveLength(2);
});

it('is refused where nobody knows it', async () => {
  await expect(
    harness.guard.ask('engage', { fence, operator: 'you', settings: {}, goal: 'whole' }),
  ).rejects.toMatchObject({
    code: 'UNSUPPORTED',
  });
});

it('gives a token that is good for its own incident alone, while it lasts', async () => {
  const own = await engage();
  const access: HandleAccess = await own.openHandles();
  expect(await askHandle(access, { act: 'list' })).toMatchObject({ nodes: [{ name: 'one', state: 'up' }] });
  await expect(askHandle({ ...access, token: 'guessed' }, { act: 'list' })).rejects.toMatchObject(refusal);
  await harness.guard.ask('disengage', { fence });
  await waitFor('it is over', () => own.signal.aborted || undefined, { timeoutMs: 1_000 });
  await expect(askHandle(access, { act: 'restart', node: 'one' })).rejects.toMatchObject(refusal);
});
