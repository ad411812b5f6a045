import { expect, it } from 'vitest';
import { campaignOfQueue, jobId, queueName, trialOfJob } from './names.ts';

it('names the queue of a campaign, and finds the campaign again', () => {
  expect(queueName('7')).toBe('ordeal-7');
  expect(campaignOfQueue(queueName('7'))).toBe('7');
  expect(campaignOfQueue('ordeal-x')).toBeUndefined();
  expect(campaignOfQueue('other-7')).toBeUndefined();
});

it('gives each generation of a trial a job id that BullMQ accepts', () => {
  expect(jobId('12', 0)).not.toBe(jobId('12', 1));
  expect(jobId('12', 0)).not.toMatch(/^\d+$|:/);
  expect(trialOfJob(jobId('12', 3))).toEqual({ trialId: '12', generation: 3 });
  expect(trialOfJob('12')).toBeUndefined();
});
