import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '../testing/index.ts';
import { guardLabels } from './guard-labels.ts';
import { removeNeverStarted } from './never-started.ts';

const why = whyNoTestEngine();

it.skipIf(why !== undefined)(
  `a guard's container that nobody started is removed, once it is old${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    const { docker, image } = await testEngine('helper');
    const place = `test-${randomBytes(4).toString('hex')}`;
    const left = () => docker.listContainers({ all: true, filters: { label: [`ordeal.place=${place}`] } });
    await docker.createContainer({ Image: image('helper'), Cmd: ['true'], Labels: guardLabels('g1', place) });
    await removeNeverStarted(undefined, place);
    expect(await left()).toHaveLength(1);
    await removeNeverStarted(undefined, place, -1_000);
    expect(await left()).toEqual([]);
  },
  TEST_ENGINE_TIMEOUT_MS,
);
