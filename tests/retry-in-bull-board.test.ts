import { waitFor } from '@ordeal/core';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, whyNot } from './support/world.ts';

// With every button, on both backends, but without instances: apps/dashboard/src/buttons.test.ts.
it.skipIf(whyNot('redis') !== undefined)(
  'a retry pressed in Bull Board goes through the claim and runs the failed trial again',
  async () => {
    await using world = await openWorld('redis');
    const { store } = world;
    const file = await world.file(
      shortCampaign({ chaos: '  - { type: latency, target: leader }', extra: 'attempts: 1\n' }),
    );
    const dashboard = world.start(['dashboard', '--port', '0']);
    const broken = world.start(['enqueue', file, '--with-worker'], {
      ORDEAL_FAULT_POINTS: 'apply-does-nothing',
    });
    expect(await broken.ended).toBe(1);
    const [campaign] = await store.listCampaigns();
    const id = campaign?.id ?? '';
    expect(await store.progress(id)).toMatchObject({ failed: 1 });

    const worker = world.start(['worker']);
    const url = await waitFor('the dashboard is up', () => /http:\S+/.exec(dashboard.output())?.[0], {
      timeoutMs: 30_000,
    });
    const queue = `ordeal-${id}`;
    const job = await waitFor(
      'the failed job is on the board',
      async () => {
        const listed = await fetch(`${url}/api/queues?activeQueue=${queue}&status=failed`);
        const { queues } = (await listed.json()) as {
          queues: { name: string; jobs: { id: string; name: string }[] }[];
        };
        return queues.find((shown) => shown.name === queue)?.jobs[0];
      },
      { timeoutMs: 20_000, everyMs: 250 },
    );
    expect(job.name).toBe('postgres/latency#0');
    const retried = await fetch(`${url}/api/queues/${queue}/${job.id}/retry`, { method: 'PUT' });
    expect(retried.status).toBeLessThan(300);

    await waitFor(
      'the trial is completed',
      async () => ((await store.progress(id)).completed === 1 ? true : undefined),
      { timeoutMs: 120_000, everyMs: 250 },
    );
    const [trial] = await store.listTrials(id);
    expect(trial).toMatchObject({ status: 'completed', outcome: 'unaffected', execution: 2 });
    await waitFor(
      'the campaign is finished again',
      async () => ((await store.getCampaign(id))?.status === 'finished' ? true : undefined),
      { timeoutMs: 10_000 },
    );
    const again = await fetch(`${url}/api/queues/${queue}/${job.id}/retry`, { method: 'PUT' });
    expect(again.status, 'a completed trial is never run again').toBe(409);
    expect(await world.ordeal('retry', id, 'postgres/latency#0')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('postgres/latency#0 is completed: only failed trials are run again'),
    });
    expect((await world.ordeal('retry', id)).stdout).toContain('has no failed trial');
    const foreign = await fetch(url, { headers: { origin: 'http://evil.example' } });
    expect(foreign.status).toBe(403);
    for (const running of [worker, dashboard]) running.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
  },
);
