import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subject } from '@ordeal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureImages } from '../ensure-images.ts';
import { whyNoImages } from '../why-not.ts';

const subject: Subject = {
  name: 'shop',
  goals: ['whole'],
  topology: { nodes: [], links: [] },
  startBudgetMs: 1_000,
  compose: { path: '/compose.yaml', resolved: { services: { web: { image: 'web:1' } } }, jobs: [] },
  prepareContainer: () => {
    throw new RangeError('there are no nodes');
  },
  observe: () => {
    throw new RangeError('nothing is started');
  },
};
const settings = { engine: 'unix:///nonexistent/docker.sock', images: {} };

const { PATH } = process.env;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordeal-no-compose-'));
  process.env.PATH = folder;
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(folder, { recursive: true });
});

test('a machine without compose says so before it offers what needs it', async () => {
  const why = /^there is neither `docker compose` nor `docker-compose` on this machine/;
  expect(await whyNoImages(settings, subject)).toMatch(why);
  expect(await ensureImages(settings, [subject], () => {})).toContainEqual(
    expect.stringMatching(/^\/compose\.yaml: there is neither/),
  );
});
