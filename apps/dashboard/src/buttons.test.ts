import { FastifyAdapter } from '@bull-board/fastify';
import { queueName, reconcile } from '@ordeal/queue';
import { onBothBackends, type QueueBench } from '@ordeal/queue/testing-bench';
import { sampleRecord } from '@ordeal/store/testing';
import { type FastifyInstance, fastify } from 'fastify';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startBoard } from './board.ts';

onBothBackends((bench) => {
  let press: (method: 'PUT' | 'PATCH' | 'POST', path: string, body?: object) => ReturnType<typeof answerOf>;

  beforeEach(async () => {
    await bench.store.markRunning(bench.campaign.id);
    await reconcile(bench.store, bench.queues, bench.campaign.id);
    const server = await boardServer(bench);
    press = (method, path, payload) => answerOf(server, method, path, payload);
  });

  const path = (rest: string): string => `/${queueName(bench.campaign.id)}/${rest}`;
  const status = async () => (await bench.store.getCampaign(bench.campaign.id))?.status;
  const isPaused = async () => (await bench.queues.throttle(bench.campaign.id)).paused;
  const jobOf = (index: number, generation = 0): string => `t${bench.idOf(index)}g${generation}`;

  /** Trial 0 is completed, trial 1 has failed, and their jobs stand so. */
  async function endTwo(): Promise<void> {
    await bench.store.query(`update campaigns set attempts = 1`);
    const consumer = bench.consume(async ({ trialId }) => {
      const claim = await bench.store.claim({ trialId, workerId: 'w', place: 'p', reopenFailed: false });
      if (claim.kind !== 'claimed') throw new Error(claim.kind);
      const ref = { trialId, execution: claim.execution };
      const fails = trialId === bench.idOf(1);
      if (fails) await bench.store.endExecution(ref, { end: 'error', error: 'broke', record: null });
      else
        await bench.store.endExecution(ref, { end: 'result', outcome: 'resolved', record: sampleRecord() });
      await bench.store.restSlot(ref, 0);
      if (trialId === bench.idOf(1)) consumer.setConcurrency(0);
      return fails ? { kind: 'failed', reason: 'broke' } : { kind: 'done' };
    });
    consumer.setConcurrency(1);
    await bench.countsBecome({ completed: 1, failed: 1, waiting: 4 });
  }

  describe('pause and resume', () => {
    it('are those of the campaign', async () => {
      expect(await press('PUT', path('pause'))).toMatchObject({ code: 200 });
      expect(await bench.store.getCampaign(bench.campaign.id)).toMatchObject({
        status: 'paused',
        pausedBy: 'Bull Board',
      });
      expect(await isPaused()).toBe(true);
      expect(await press('PUT', path('resume'))).toMatchObject({ code: 200 });
      expect(await status()).toBe('running');
      expect(await isPaused()).toBe(false);
    });

    it('of all queues are those of all campaigns on the board', async () => {
      await press('PUT', '/pause');
      expect(await status()).toBe('paused');
      expect(await isPaused()).toBe(true);
      await press('PUT', '/resume');
      expect(await status()).toBe('running');
    });

    it('are refused once the campaign has ended', async () => {
      await bench.store.cancelCampaign(bench.campaign.id);
      const refused = await press('PUT', path('pause'));
      expect(refused).toMatchObject({ code: 409, message: expect.stringContaining('has ended') });
      expect(await isPaused()).toBe(false);
    });
  });

  describe('retry', () => {
    it('reopens a failed trial in Postgres, and its job waits', async () => {
      await endTwo();
      expect(await press('PUT', path(`${jobOf(1)}/retry`))).toMatchObject({ code: 204 });
      expect(await bench.store.getTrial(bench.idOf(1))).toMatchObject({
        status: 'pending',
        failures: 0,
        generation: 0,
      });
      await bench.countsBecome({ failed: 0, waiting: 5 });
    });

    it('of all failed jobs reopens every failed trial, also those whose jobs are gone', async () => {
      await endTwo();
      await bench.queues.boardQueue(bench.campaign.id).remove(jobOf(1));
      await press('PUT', path('retry/failed'));
      expect((await bench.store.getTrial(bench.idOf(1)))?.status).toBe('pending');
      await bench.countsBecome({ failed: 0, waiting: 5 });
    });

    it('never runs a completed trial again, nor one that has been retried since', async () => {
      await endTwo();
      expect(await press('PUT', path(`${jobOf(0)}/retry`))).toMatchObject({
        code: 409,
        message: 'postgres/latency#0 is completed: only failed trials are run again',
      });
      expect(await press('PUT', path('retry/completed'))).toMatchObject({ code: 409 });
      await bench.store.retryTrials(bench.campaign.id);
      expect(await press('PUT', path(`${jobOf(1)}/retry`))).toMatchObject({
        code: 409,
        message: 'postgres/latency#1 is pending: only failed trials are run again',
      });
      await bench.store.query(`update trials set status = 'failed', ended_at = now() where id = $1`, [
        bench.idOf(1),
      ]);
      expect(await press('PUT', path(`${jobOf(1)}/retry`))).toMatchObject({
        code: 409,
        message: expect.stringContaining('has been retried since'),
      });
      await bench.countsBecome({ completed: 1, failed: 1 });
    });

    it('is refused in a cancelled campaign', async () => {
      await endTwo();
      await bench.store.cancelCampaign(bench.campaign.id);
      for (const button of [`${jobOf(1)}/retry`, 'retry/failed']) {
        expect(await press('PUT', path(button))).toMatchObject({
          code: 409,
          message: expect.stringContaining('was cancelled'),
        });
      }
      expect((await bench.store.getTrial(bench.idOf(1)))?.status).toBe('failed');
    });
  });

  it('leaves Postgres alone when jobs are deleted, and refuses what is not for hands', async () => {
    await endTwo();
    const before = await bench.store.listTrials(bench.campaign.id);
    for (const button of [`${jobOf(1)}/clean`, `${jobOf(2)}/clean`, 'clean/completed', 'promote', 'empty']) {
      expect((await press('PUT', path(button))).code, button).toBeLessThan(300);
    }
    expect(await bench.store.listTrials(bench.campaign.id)).toEqual(before);
    expect(await press('PUT', path('concurrency'), { concurrency: 9 })).toMatchObject({ code: 409 });
    expect(await press('POST', path('add'), { name: 'x', data: {}, options: {} })).toMatchObject({
      code: 409,
    });
    expect((await bench.queues.throttle(bench.campaign.id)).parallel).toBe(2);
  });
});

async function boardServer({ store, queues }: QueueBench): Promise<FastifyInstance> {
  const server = fastify();
  const adapter = new FastifyAdapter();
  adapter.setBasePath('/queues');
  const board = await startBoard({ store, queues, adapter, links: [] });
  await server.register(adapter.registerPlugin(), { prefix: '/queues' });
  onTestFinished(async () => {
    await board.close();
    await server.close();
  });
  return server;
}

async function answerOf(
  server: FastifyInstance,
  method: 'PUT' | 'PATCH' | 'POST',
  path: string,
  payload: object = {},
): Promise<{ code: number; message: string }> {
  const answer = await server.inject({ method, url: `/queues/api/queues${path}`, payload });
  const { message = '' } = answer.body === '' ? {} : answer.json<{ message?: string }>();
  return { code: answer.statusCode, message };
}
