import { makeDockerPlace, TEST_ENGINE_TIMEOUT_MS, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Case, comesToHold, type InjuredEcho, openInjuredEcho } from './testing/injured-echo.ts';

const CASES: readonly Case[] = [
  { type: 'node_kill', params: { mode: 'crash' }, target: 'leader' },
  { type: 'node_kill', params: { mode: 'stop' }, target: 'follower' },
  { type: 'node_kill', params: { mode: 'stop' }, target: 'client' },
  { type: 'process_pause', params: {}, target: 'leader' },
  { type: 'latency', params: { min_ms: 50, max_ms: 150 }, target: 'leader' },
  { type: 'bandwidth', params: { kbit: 1_000 }, target: 'follower' },
  { type: 'network_partition', params: { peers: 'all' }, target: 'leader' },
  { type: 'network_partition', params: { peers: 'all', direction: 'out', clients: true }, target: 'beta' },
  { type: 'asymmetric_partition', params: { direction: 'out' }, target: 'leader' },
  { type: 'asymmetric_partition', params: { direction: 'in' }, target: 'leader' },
  { type: 'disk_pressure', params: { fill_percent: 80 }, target: 'leader' },
  { type: 'disk_pressure', params: { fill_percent: 100 }, target: 'follower' },
  { type: 'cpu_pressure', params: { percent: 80 }, target: 'leader' },
  { type: 'memory_pressure', params: { percent: 60 }, target: 'leader' },
];
const titled = CASES.map(
  (own) => [`${own.type} ${JSON.stringify(own.params)} on ${own.target}`, own] as const,
);
/** What a restart of the node ends: its processes are others then. */
const isOfOneLife = ({ type }: Case) => type === 'node_kill' || type === 'process_pause';

const why = whyNoTestEngine();

describe.skipIf(why !== undefined)(`on docker${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let echo: InjuredEcho;
  beforeAll(async () => {
    echo = await openInjuredEcho(await makeDockerPlace());
  }, TEST_ENGINE_TIMEOUT_MS);
  afterEach(() => echo.healed());
  afterAll(() => echo?.[Symbol.asyncDispose]());

  test.each(titled)('%s: bites when applied, is gone when undone, and twice is once', async (_title, own) => {
    const { fault, plan } = echo.planned(own);
    await fault.undo(plan, echo);
    await fault.apply(plan, echo);
    await fault.apply(plan, echo);
    const active = await comesToHold('active', (signal) => fault.active(plan, echo, signal));
    expect(JSON.parse(JSON.stringify(active.evidence))).toEqual(active.evidence);
    if (own.params.mode !== 'crash') {
      expect((await fault.gone(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
    }
    await fault.undo(plan, echo);
    await fault.undo(plan, echo);
    await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
    if (own.params.mode !== 'crash') {
      expect((await fault.active(plan, echo, AbortSignal.timeout(10_000))).holds).toBe(false);
    }
  });

  test.each(titled.filter(([, own]) => !isOfOneLife(own)))(
    '%s sticks to the node: it bites again after a restart',
    async (_title, own) => {
      const { fault, plan } = echo.planned(own);
      await fault.apply(plan, echo);
      const target = plan.targets[0]?.name ?? '';
      const { incarnation } = await echo.instance.look(target);
      await echo.instance.crash(target, incarnation ?? '');
      await echo.healed();
      expect((await echo.instance.look(target)).incarnation).not.toBe(incarnation);
      await comesToHold('active', (signal) => fault.active(plan, echo, signal));
      await fault.undo(plan, echo);
      await comesToHold('gone', (signal) => fault.gone(plan, echo, signal));
    },
  );
});
