import { once } from 'node:events';
import { createServer } from 'node:net';
import { DEFAULT_TIMING, waitFor } from '@ordeal/core';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

/** An engine that takes connections and never answers. */
async function silentEngine() {
  const server = createServer((socket) => void socket.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `tcp://127.0.0.1:${address.port}`,
    asked: once(server, 'connection'),
    [Symbol.dispose]: () => void server.close(),
  };
}

it('a worker watches for what was lost before it knows what it can run itself', async () => {
  using engine = await silentEngine();
  await using world = await openWorld();
  const { store } = world;
  const file = await world.file(shortCampaign({ chaos: '  - { type: latency, target: leader }' }));
  expect((await world.ordeal('enqueue', file)).code).toBe(0);
  const [campaign] = await store.listCampaigns();
  const [trial] = await store.listTrials(campaign?.id ?? '');
  const first = world.start(['worker']);
  const patience = { timeoutMs: 120_000 };
  await waitFor('a trial runs', async () => (await store.liveExecutions())[0], patience);
  first.child.kill('SIGKILL');
  await first.ended;

  // It waits five seconds for that engine: as long as it must not wait with its watch.
  const next = world.start(['worker'], { DOCKER_HOST: engine.host });
  await engine.asked;
  await waitFor(
    'the next one is ready',
    () => next.output().includes('worker started') || undefined,
    patience,
  );
  const readyMs = performance.now();
  await waitFor(
    'the execution is lost',
    async () => (await store.listExecutions(trial?.id ?? ''))[0]?.end === 'lost' || undefined,
    patience,
  );
  expect(performance.now() - readyMs).toBeLessThan(DEFAULT_TIMING.executionLeaseMs - 2_000);
  next.child.kill('SIGTERM');
  expect(await next.ended, next.output()).toBe(0);
}, 300_000);
