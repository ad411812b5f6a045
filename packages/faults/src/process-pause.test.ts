import { processesIn, signalProcess } from '@ordeal/place';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { comesToHold, type InjuredEcho, openInjuredEcho } from './testing/injured-echo.ts';

let echo: InjuredEcho;
beforeAll(async () => {
  echo = await openInjuredEcho();
});
afterEach(() => echo.healed());
afterAll(() => echo[Symbol.asyncDispose]());

const onLeader = { type: 'process_pause', params: {}, target: 'leader' };

test('one member that runs is one too many', async () => {
  const { fault, plan } = echo.planned(onLeader);
  await fault.apply(plan, echo);
  await comesToHold('active', (signal) => fault.active(plan, echo, signal));
  const [, child] = processesIn(`${echo.instance.label.folder}/alpha`);
  signalProcess(child ?? '', 'SIGCONT');
  const { holds, evidence } = await fault.active(plan, echo, AbortSignal.timeout(10_000));
  expect(holds).toBe(false);
  expect(evidence.stopped).toBe(Number(evidence.members) - 1);
  expect((await fault.gone(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});

test('is over when the node has been killed and is back, before any undo', async () => {
  const { fault, plan } = echo.planned(onLeader);
  await fault.apply(plan, echo);
  await echo.instance.crash('alpha', plan.targets[0]?.incarnation ?? '');
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
  expect(await fault.active(plan, echo, AbortSignal.timeout(10_000))).toMatchObject({
    holds: false,
    evidence: { ended_by: 'restart' },
  });
  await fault.apply(plan, echo);
  expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
  await fault.undo(plan, echo);
  await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
});
