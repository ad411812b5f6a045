import type { FaultSite } from '@ordeal/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { comesToHold, type InjuredEcho, openInjuredEcho } from './testing/injured-echo.ts';

let echo: InjuredEcho;
beforeAll(async () => {
  echo = await openInjuredEcho();
});
afterEach(() => echo.healed());
afterAll(() => echo[Symbol.asyncDispose]());

const onLeader = { type: 'bandwidth', params: { kbit: 1_000 }, target: 'leader' };

test('more than the limit is not active, nor is one link without it', async () => {
  const { fault, plan } = echo.planned(onLeader);
  const links = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
  const [, ...rest] = links;
  for (const { kbit, on } of [
    { kbit: 1_500, on: links },
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

test('a link that the load fills up is limited all the same: the probe has its turn', async () => {
  const { fault, plan } = echo.planned(onLeader);
  await fault.apply(plan, echo);
  const busy = new AbortController();
  const [link] = echo.instance.topology.links.filter(({ to }) => to === 'alpha');
  if (link === undefined) throw new Error('no link');
  const filling = Array.from({ length: 4 }, async () => {
    while (!busy.signal.aborted) {
      await echo.probe.transfer?.(link.to, echo.instance.dial(link), 100_000, busy.signal).catch(() => {});
    }
  });
  await comesToHold('active', (signal) => fault.active(plan, echo, signal));
  busy.abort();
  await Promise.all(filling);
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
