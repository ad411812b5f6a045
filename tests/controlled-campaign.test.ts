import { waitFor } from '@ordeal/core';
import { openQueues } from '@ordeal/queue';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, type Running, whyNot } from './support/world.ts';

/** From the decision to the first step of the abort, on another process: a moment, or a beat when the word was lost. */
const HEARD_WITHIN_MS = 4_000;

// Pausing the queue of a campaign, on both backends: packages/queue/src/reconcile.test.ts.
it.skipIf(whyNot('redis') !== undefined)(
  'a campaign is paused at once, resumed and cancelled from another process, and status tells each step',
  async ({ onTestFinished }) => {
    await using world = await openWorld('redis');
    const { store } = world;
    const workers = [world.start(['worker', '--slots', '1']), world.start(['worker', '--slots', '1'])];
    const file = await world.file(
      shortCampaign({ chaos: '  - { type: latency, target: leader }', trials: 3, parallel: 2 })
        .replace('hold_seconds: 1\n', 'hold_seconds: 60\n')
        .replace('timeout_seconds: 40', 'timeout_seconds: 90'),
    );
    expect((await world.ordeal('enqueue', file)).code).toBe(0);
    const [campaign] = await store.listCampaigns();
    const id = campaign?.id ?? '';
    const queues = await openQueues({ redisUrl: world.env.REDIS_URL, databaseUrl: store.databaseUrl });
    onTestFinished(() => queues.close());

    const bothUnderFault = (): Promise<unknown> =>
      waitFor(
        'both running trials are under their fault, and their beats have said so',
        async () => {
          const { live } = await store.campaignActivity(id, 0);
          return live.filter(({ phase }) => phase === 'under_fault').length === 2 || undefined;
        },
        { timeoutMs: 120_000 },
      );
    await bothUnderFault();
    const status = await world.ordeal('status');
    expect(status.stdout).toMatch(/^Campaign \d+: test \(running\), 3 trials: 2 running, 1 pending$/m);
    expect(status.stdout).toMatch(
      /^ {2}running {2}postgres\/latency#0 \(execution 1\) on w-\w+: under the fault for \d+ s$/m,
    );
    expect(status.stdout).toMatch(/^ {2}waiting {2}1 pending: 2 of 2 slots in use$/m);
    expect(status.stdout.match(/^ {2}w-\w+ at .*: 1 of 1 slots in use, last beat/gm)).toHaveLength(2);

    const paused = JSON.parse((await world.ordeal('pause', id, '--now', '--json')).stdout);
    expect(paused).toMatchObject({ kind: 'campaign', status: 'paused', changed: true });
    const pausedAtMs = new Date(paused.pausedAt).getTime();
    await waitFor(
      'both trials are given back and their faults are gone',
      async () => {
        const { pending } = await store.progress(id);
        return pending === 3 && (await store.openInjections()).length === 0 ? true : undefined;
      },
      { timeoutMs: 8_000 },
    );
    for (const worker of workers) {
      expect(heardMs(worker, 'the campaign was paused') - pausedAtMs).toBeLessThan(HEARD_WITHIN_MS);
    }
    expect(await queues.throttle(id)).toMatchObject({ parallel: 2, paused: true });
    const [again, told] = await Promise.all([world.ordeal('pause', id), world.ordeal('status', id)]);
    expect(again.stdout).toMatch(/is paused already, by \S+@\S+ at/);
    expect(told.stdout).toMatch(/3 pending: paused by \S+@\S+ at .* ordeal resume/);

    // With Redis out of reach it is decided all the same, and the workers put their queue right.
    const resume = world.start(['resume', id], { REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await resume.ended, resume.output()).toBe(0);
    // Workers hear of it at once: some may run by the time that the command counts.
    expect(resume.output()).toMatch(new RegExp(`Campaign ${id} goes on: [1-3] trials? pending`));
    expect(resume.output()).toContain('the workers put the queue right when they reach it');
    await waitFor('the queue is resumed', async () => !(await queues.throttle(id)).paused || undefined, {
      timeoutMs: 15_000,
    });
    await bothUnderFault();
    const decidedMs = Date.now();
    expect(await store.cancelCampaign(id)).toBe(true);
    await waitFor(
      'the running trials are cancelled',
      async () => ((await store.progress(id)).cancelled === 3 ? true : undefined),
      { timeoutMs: 8_000 },
    );
    for (const worker of workers) {
      expect(heardMs(worker, 'the campaign was cancelled') - decidedMs).toBeLessThan(HEARD_WITHIN_MS);
    }
    const ends = await Promise.all(
      (await store.listTrials(id)).map((trial) => store.listExecutions(trial.id)),
    );
    expect(
      ends
        .flat()
        .map(({ end }) => end)
        .sort(),
    ).toEqual(['cancelled', 'cancelled', 'given_back', 'given_back']);
    const [cancelled, ...refused] = await Promise.all(
      ['cancel', 'pause', 'resume', 'retry'].map((command) => world.ordeal(command, id)),
    );
    expect(cancelled).toMatchObject({ code: 0, stdout: `Campaign ${id} was cancelled already.\n` });
    for (const { code, stderr } of refused) {
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('cancelled') });
    }
    for (const worker of workers) worker.child.kill('SIGTERM');
    for (const worker of workers) expect(await worker.ended, worker.output()).toBe(0);
    expect(world.trialProcesses()).toEqual([]);
  },
);

/** When the worker wrote that it told a trial to stop for this reason, by the machine's wall clock. */
function heardMs(worker: Running, why: string): number {
  const line = worker
    .output()
    .split('\n')
    .find((text) => text.includes(`"detail":"${why}"`));
  return line === undefined
    ? Number.POSITIVE_INFINITY
    : Date.parse((JSON.parse(line) as { time: string }).time);
}
