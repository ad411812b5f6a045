import { createRandom } from '@ordeal/core';
import { makeTestPlace, startEcho } from '@ordeal/runtimes/testing';
import { faultOf } from './fault-of.ts';
const place = makeTestPlace();
const echo = await startEcho(place, 'noise');
for (const [type, params, applied, rounds] of [
  ['latency', { min_ms: 0, max_ms: 150 }, false, 60],
  ['latency', { min_ms: 50, max_ms: 150 }, false, 60],
  ['latency', { min_ms: 0, max_ms: 20 }, false, 60],
  ['network_partition', { peers: 'all', direction: 'both', clients: false }, false, 30],
  ['latency', { min_ms: 0, max_ms: 150 }, true, 30],
  ['latency', { min_ms: 50, max_ms: 150 }, true, 30],
  ['latency', { min_ms: 5, max_ms: 20 }, true, 30],
] as const) {
  const fault = faultOf(type)!;
  const plan = fault.plan({ injection: 'z', params, target: 'leader', topology: echo.instance.topology, nodes: echo.instance.nodes(), random: createRandom(1) });
  if (applied) await fault.apply(plan, echo);
  let held = 0; let gone = 0;
  const t = performance.now();
  for (let i = 0; i < rounds; i += 1) {
    if ((await fault.active(plan, echo, AbortSignal.timeout(20_000))).holds) held += 1;
  }
  const each = (performance.now() - t) / rounds;
  await fault.undo(plan, echo);
  for (let i = 0; i < 20; i += 1) if ((await fault.gone(plan, echo, AbortSignal.timeout(20_000))).holds) gone += 1;
  console.log(type, JSON.stringify(params), { applied, held, rounds, gone, each: Math.round(each) });
}
await echo.instance.remove();
place[Symbol.dispose]();
