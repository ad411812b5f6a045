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
      shortCampaign({ chaos: '  - { type: latency, target: leader }', trials: 2, parallel: 2 }),
    );
    const { code, stdout } = await world.ordeal('enqueue', file, '--watch');
    expect(code, stdout).toBe(0);
    for (const number of [1, 2]) {
      const key = `postgres/latency#${number - 1}`;
      expect(stdout).toContain(`Trial ${number}/2: ${key} ...`);
      expect(stdout).toContain(`Trial ${number}/2: ${key} unaffected`);
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
});
