import type { Subject } from '@ordeal/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { echoSubject } from '../process/testing/echo-subject.ts';
import { Engine } from './engine/engine.ts';
import { buildImage, hasImage } from './engine/images.ts';
import { ensureImages } from './ensure-images.ts';
import { TEST_ENGINE_TIMEOUT_MS, type TestEngine, testEngine, whyNoTestEngine } from './testing/index.ts';
import { whyNoEngine, whyNoImages } from './why-not.ts';

const why = whyNoTestEngine();

/** Nobody listens there. */
const UNREACHABLE = 'localhost:1/none:1';
const needsAnImage: Subject = {
  ...echoSubject,
  prepareContainer: () => ({
    kind: 'image',
    image: { name: 'none', published: UNREACHABLE },
    args: [],
    env: {},
    ports: {},
  }),
};

describe.skipIf(why !== undefined)(`images${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine('helper');
  }, TEST_ENGINE_TIMEOUT_MS);

  test('what is there is neither pulled nor missed', async () => {
    const settings = { images: { helper: engine.image('helper') } };
    const steps: string[] = [];
    expect(await whyNoEngine({})).toBeUndefined();
    expect(await whyNoImages(settings, echoSubject)).toBeUndefined();
    expect(await ensureImages(settings, [echoSubject], (step) => steps.push(step))).toEqual([]);
    expect(steps).toEqual([]);
  });

  test('what cannot be pulled is told with the reason, and missed from then on', async () => {
    const settings = { images: { helper: engine.image('helper') } };
    const steps: string[] = [];
    const failures = await ensureImages(settings, [needsAnImage], (step) => steps.push(step));
    expect(failures).toEqual([
      expect.stringMatching(/^the image localhost:1\/none:1 cannot be had: .*refused/),
    ]);
    expect(steps).toEqual([`making the image ${UNREACHABLE} ready`]);
    expect(await whyNoImages(settings, needsAnImage)).toBe(`the image ${UNREACHABLE} is not on the engine`);
  });

  test('an image is built from a Dockerfile, step by step; a step that fails is told', async () => {
    const own = new Engine();
    const reference = `ordeal-test-built:${process.pid}`;
    const steps: string[] = [];
    try {
      await buildImage(own, reference, `FROM ${engine.image('helper')}\nLABEL built=yes\n`, (step) =>
        steps.push(step),
      );
      expect(steps.some((step) => step.includes('LABEL built=yes'))).toBe(true);
      expect(await hasImage(own, reference)).toBe(true);
    } finally {
      await engine.docker.getImage(reference).remove();
    }
    const broken = buildImage(own, reference, `FROM ${engine.image('helper')}\nCOPY nothing /\n`, () => {});
    await expect(broken).rejects.toThrow(`the image ${reference} cannot be had: COPY failed`);
  });
});
