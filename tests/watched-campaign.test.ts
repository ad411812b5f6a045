import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a watched campaign', () => {
  it('is followed to its end beside a worker, a line a trial', async () => {
    const worker = world.start(['worker']);
    const file = await world.file(
      shortCampaign({
        chaos:
          '  - { type: latency, params: { min_ms: 20, max_ms: 40 }, target: leader }\n  - { type: node_kill, target: leader }',
        parallel: 2,
      }),
    );
    const { code, stdout } = await world.ordeal('enqueue', file, '--watch');
    expect(code, stdout).toBe(0);
    for (const [number, key, outcome] of [
      [1, 'postgres/latency#0', 'unaffected'],
      [2, 'postgres/node_kill#0', 'resolved'],
    ]) {
      expect(stdout).toContain(`Trial ${number}/2: ${key} ...`);
      expect(stdout).toContain(`Trial ${number}/2: ${key} ${outcome}`);
    }
    expect(stdout).toMatch(/Completed: 2, Failed: 0/);

    const again = await world.ordeal('watch', '1', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      version: 1,
      kind: 'campaign',
      status: 'finished',
      progress: { completed: 2, failed: 0 },
    });
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
  });

  it('has recorded how available the subject was, and that it kept what it had promised', async () => {
    const trials = await world.store.listTrials('1');
    const [latency, kill] = trials.map(({ record }) => record);
    for (const record of [latency, kill]) {
      const { before, under } = record?.availability ?? {};
      // A second or more of 20 operations, of which the objectives let one in ten fail; the machine may have been slow.
      expect(before?.operations).toBeGreaterThan(10);
      expect((before?.ok ?? 0) / (before?.operations ?? 0)).toBeGreaterThan(0.8);
      expect(under?.operations).toBeGreaterThan(10);
      expect(record?.writes).toMatchObject({ lost: 0, unchecked: null });
      expect(record?.writes?.acknowledged).toBeGreaterThan(10);
    }
    // Reads go on, but nobody writes until the primary is there again, and it is started after a second.
    const { under, longestOutageMs } = kill?.availability ?? {};
    expect(under?.ok).toBeLessThan(under?.operations ?? 0);
    expect(longestOutageMs).toBeGreaterThan(900);
    expect(longestOutageMs).toBeLessThan(kill?.observedMs ?? 0);
    // Half of the operations are writes, and a write waits for a standby, over the slow link.
    expect(latency?.availability?.under.p95Ms).toBeGreaterThan(20);

    const { stdout } = await world.ordeal('trial', '1', 'postgres/node_kill#0');
    expect(stdout).toMatch(/under the fault +\d+ +\d+\.\d %( +\d+\.\d ms){3}/);
    expect(stdout).toMatch(/longest outage since zero: \d+\.\d s/);
    expect(stdout).toMatch(/acknowledged writes: \d+, none lost/);
  });
});
