/**
 * A worker as a test double: starts a guard, one instance and one fault, says so on a line of standard output,
 * and then beats until somebody freezes or kills it.
 */
import { spawnGuard } from '../client/spawn-guard.ts';
import { planOf } from './fault-double.ts';
import type { WorkerOrder, WorkerReport } from './real-guard.ts';

const { beatEveryMs, ...order } = JSON.parse(process.argv[2] ?? '{}') as WorkerOrder;
const fence = { trial: 't1', execution: 1 };
const client = await spawnGuard(order);
await client.ask('start', { fence, subject: 'double', runtime: 'process' }, { timeoutMs: 10_000 });
const plan = planOf('x');
await client.ask('apply', { fence, plan, activeWithinMs: 5_000 }, { timeoutMs: 10_000 });
setInterval(() => {
  const provenAtMs = client.lastTick.guardMs;
  client.ask('beat', { provenAtMs, executions: [fence] }, { timeoutMs: 10_000 }).catch(() => {});
}, beatEveryMs);
const report: WorkerReport = { guard: client.identity, logAt: client.logAt };
console.log(JSON.stringify(report));
