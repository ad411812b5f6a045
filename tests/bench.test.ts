import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { whyNoTestRedis } from '@ordeal/queue/testing';
import { expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../bench/main.ts');

it.skipIf(whyNoTestRedis() !== undefined)(
  'the benchmark of empty trials runs every trial, and prints its figures and the machine',
  async () => {
    const args = [MAIN, 'empty-trials', '--json', '--trials', '200', '--pairs', '1'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 200_000 });
    // How many is not for a test to say.
    expect(JSON.parse(stdout)).toMatchObject({
      benchmark: 'empty-trials',
      trials: 200,
      trialsPerSecond: expect.any(Number),
      bareWorkerJobsPerSecond: expect.any(Number),
      postgresQueueTrialsPerSecond: expect.any(Number),
      machine: {
        cpu: expect.stringContaining('cores'),
        node: expect.stringContaining(process.versions.node),
      },
    });
  },
);
