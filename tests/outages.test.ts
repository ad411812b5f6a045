import { waitFor } from '@ordeal/core';
import { openQueues } from '@ordeal/queue';
import { startTestRedis, type TestRedis, whyNoTestRedis } from '@ordeal/queue/testing';
import { startEmbedded, stopEmbedded } from '@ordeal/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld, type Running, type World } from './support/world.ts';

const REDIS_PASSWORD = 'hunter2-hunter2';
/** Nothing listens there. */
const NO_POSTGRES = 'postgres://me:secret-word@127.0.0.1:1/none';
const NO_REDIS = 'redis://:secret-word@127.0.0.1:1';

describe.skipIf(whyNoTestRedis() !== undefined)('an outage', () => {
  let world: World;
  let redis: TestRedis;
  /** As on several machines: both servers are named, and no command may start one of its own. */
  let servers: { DATABASE_URL: string; REDIS_URL: string };

  beforeAll(async () => {
    [world, redis] = await Promise.all([openWorld(), startTestRedis({ requirepass: REDIS_PASSWORD })]);
    servers = { DATABASE_URL: world.store.databaseUrl, REDIS_URL: redis.url };
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await redis.stop();
  });

  /** Runs it to its end. */
  async function run(
    args: string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number | null; text: string }> {
    const running = world.start(args, { ...servers, ...env });
    return { code: await running.ended, text: running.output() };
  }

  function expectOneClearLine(text: string, server: RegExp): void {
    expect(text.match(/^error .+$/gm), text).toHaveLength(1);
    expect(text).toMatch(server);
    expect(text).toMatch(/\((POSTGRES|REDIS)_UNAVAILABLE\)$/m);
    expect(text).not.toMatch(/secret-word|\n\s+at |bug/);
  }

  it.concurrent('of Postgres from the start ends every command with 3 and one clear line', async () => {
    const file = await world.file(shortCampaign({}));
    const commands = [
      ['list'],
      ['watch', '1'],
      ['cancel', '1'],
      ['enqueue', file, '--with-worker'],
      ['worker'],
      ['dashboard', '--port', '0'],
    ];
    await Promise.all(
      commands.map(async (args) => {
        const { code, text } = await run(args, { DATABASE_URL: NO_POSTGRES });
        expect(code, `${args.join(' ')}: ${text}`).toBe(3);
        expectOneClearLine(text, /cannot use Postgres at 127\.0\.0\.1:1\/none/);
      }),
    );
  });

  it.concurrent('of Redis from the start stops what needs it before anything is written, and nothing else', async () => {
    const away = { REDIS_URL: NO_REDIS };
    const file = await world.file(shortCampaign({}));
    const commands = [['enqueue', file], ['enqueue', file, '--with-worker'], ['worker'], ['dashboard']];
    await Promise.all(
      commands.map(async (args) => {
        const { code, text } = await run(args, away);
        expect(code, text).toBe(3);
        expectOneClearLine(text, /Redis at 127\.0\.0\.1:1 does not answer/);
      }),
    );
    expect(await world.store.listCampaigns()).toEqual([]);
    expect(await world.store.liveWorkers(60_000)).toEqual([]);

    const { text: enqueued } = await run(['enqueue', file]);
    const id = /^Campaign (\d+)$/m.exec(enqueued)?.[1] ?? '';
    expect(await run(['show', id], away)).toMatchObject({ code: 0 });
    // Postgres decides: a cancel counts at once, says what is left to do, and can be repeated.
    const cancelled = await run(['cancel', id], away);
    expect(cancelled.code).toBe(0);
    expect(cancelled.text).toMatch(
      /Note: Redis at .*decided all the same.*cancel \d+ again[\s\S]*cancelled\. Running trials stop/,
    );
    expect(await world.store.getCampaign(id)).toMatchObject({ status: 'cancelled' });
    expect(await waitingJobs(id)).toBe(1);
    expect(await run(['cancel', id])).toMatchObject({ code: 0 });
    expect(await waitingJobs(id)).toBe(0);
  });

  it('of Redis after the campaign is stored says so, and a worker completes the queue', async () => {
    const trials = 10_000;
    const running = world.start(['enqueue', await world.file(shortCampaign({ trials }))], servers);
    const campaign = await waitFor(
      'the campaign is stored',
      async () => (await world.store.listCampaigns({ statuses: ['pending'] }))[0],
      { timeoutMs: 20_000, everyMs: 5 },
    );
    await redis.restart(async () => {
      expect(await running.ended, running.output()).toBe(3);
      expectOneClearLine(
        running.output(),
        new RegExp(
          `campaign ${campaign.id} is stored with all its trials, and any worker completes its queue`,
        ),
      );
    });
    const worker = world.start(['worker', '--slots', '1'], servers);
    await waitFor(
      'the queue is complete',
      async () => ((await waitingJobs(campaign.id)) >= trials - 1 ? true : undefined),
      { timeoutMs: 120_000, everyMs: 250 },
    );
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(await run(['cancel', campaign.id])).toMatchObject({ code: 0 });
  });

  it('in the middle is outlived by worker, dashboard and watch; their logs name trials and no secrets', async () => {
    const worker = world.start(['worker'], { ...servers, ORDEAL_LOG_LEVEL: 'trace' });
    const dashboard = world.start(['dashboard', '--port', '0'], servers);
    const url = await waitFor('the dashboard is up', () => /http:\S+/.exec(dashboard.output())?.[0], {
      timeoutMs: 30_000,
    });
    const answer = async (): Promise<number> =>
      (await fetch(`${url}/api/queues?activeQueue=ordeal-1`)).status;
    const file = await world.file(
      shortCampaign({ chaos: '  - { type: latency, target: leader }', trials: 2, parallel: 2 }),
    );
    const watch = world.start(['enqueue', file, '--watch'], servers);
    await said(watch, /Trial 1\/2: \S+ \.\.\./);

    await redis.restart(async () => {
      const refused = await fetch(`${url}/api/queues?activeQueue=ordeal-1`);
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    });
    await stopEmbedded(world.folders);
    await said(watch, /cannot use Postgres.*Trying again/);
    await startEmbedded(world.folders);
    await said(watch, /Postgres answers again/);

    expect(await watch.ended, watch.output()).toBe(0);
    expect(watch.output()).toMatch(/Completed: 2, Failed: 0/);
    expect(watch.output().match(/cannot use Postgres/g)).toHaveLength(1);
    expect(await answer()).toBe(200);
    for (const running of [worker, dashboard]) running.child.kill('SIGTERM');
    expect([await worker.ended, await dashboard.ended]).toEqual([0, 0]);
    expectGoodLog(worker);
  });

  function waitingJobs(campaignId: string): Promise<number> {
    return openQueues({ redisUrl: servers.REDIS_URL, databaseUrl: '', producerOnly: true }).then(
      async (queues) => {
        const counts = await queues.counts(campaignId);
        await queues.close();
        return (counts.waiting ?? 0) + (counts.delayed ?? 0);
      },
    );
  }

  /** JSON lines; whatever concerns an execution names it; the log has seen the outages and keeps the passwords. */
  function expectGoodLog(worker: Running): void {
    const text = worker.output();
    expect(text).toMatch(/Postgres|Redis|ECONN/);
    for (const url of Object.values(servers)) expect(text).not.toContain(new URL(url).password);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofTrials = lines.filter(({ msg }) =>
      /^trial (started|ended|told to stop)|^execution lost/.test(String(msg)),
    );
    expect(ofTrials.length).toBeGreaterThanOrEqual(4);
    for (const line of ofTrials) {
      expect(line).toMatchObject({
        campaign: expect.stringMatching(/^\d+$/),
        trial: expect.stringMatching(/^\d+$/),
        execution: expect.any(Number),
      });
    }
  }
});

function said(running: Running, words: RegExp): Promise<true> {
  return waitFor(`${words} is said`, () => (words.test(running.output()) ? true : undefined), {
    timeoutMs: 120_000,
  });
}
