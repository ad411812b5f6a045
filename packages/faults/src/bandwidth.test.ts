import type { FaultSite } from '@ordeal/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type InjuredEcho, openInjuredEcho } from './testing/injured-echo.ts';

let echo: InjuredEcho;
beforeAll(async () => {
  echo = await openInjuredEcho();
});
afterEach(() => echo.healed());
afterAll(() => echo[Symbol.asyncDispose]());

const onLeader = { type: 'bandwidth', params: { kbit: 1_000 }, target: 'leader' };

test('more than the limit is not active, far less neither, nor one link without it', async () => {
  const { fault, plan } = echo.planned(onLeader);
  const links = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
  const [, ...rest] = links;
  for (const { kbit, on } of [
    { kbit: 1_500, on: links },
    { kbit: 150, on: links },
    { kbit: 1_000, on: rest },
  ]) {
    await echo.instance.shape(
      plan.injection,
      on.map((link) => ({ kind: 'rate', link, kbit })),
    );
    expect((await fault.active(plan, echo, AbortSignal.timeout(20_000))).holds, `${kbit}`).toBe(false);
  }
  await fault.undo(plan, echo);
});

test('a node that is slow itself is no evidence', async () => {
  const { fault, plan } = echo.planned(onLeader);
  const crawling: FaultSite = {
    instance: echo.instance,
    probe: { ...echo.probe, transfer: async (_node, _address, bytes) => (2 * bytes * 8) / 900 },
  };
  expect((await fault.active(plan, crawling, AbortSignal.timeout(10_000))).holds).toBe(false);
});

test('is refused, before it does anything, where nothing could show that it bites', async () => {
  const { fault, plan } = echo.planned(onLeader);
  const { transfer: _, ...blind } = echo.probe;
  await expect(fault.apply(plan, { instance: echo.instance, probe: blind })).rejects.toThrow('no transfer');
  expect((await fault.gone(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(true);
});
