import { createRandom, type Finding, waitFor } from '@ordeal/core';
import {
  type EchoInstance,
  makeTestPlace,
  startEcho,
  waitForAnswer,
  whyNoTestVolumes,
} from '@ordeal/runtimes/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DiskPressurePlan, diskPressure } from './disk-pressure.ts';

const noVolumes = await whyNoTestVolumes();
const title = noVolumes === undefined ? 'disk_pressure' : `disk_pressure (skipped: ${noVolumes})`;

describe.skipIf(noVolumes !== undefined)(title, () => {
  const place = makeTestPlace();
  let echo: EchoInstance;
  let injections = 0;

  beforeAll(async () => {
    echo = await startEcho(place, 'pressed');
  });
  afterEach(async () => {
    expect(await echo.instance.lookAtVolume('alpha')).toMatchObject({ usedBytes: 0 });
  });
  afterAll(async () => {
    await echo[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  /** The plan by way of the ledger: as text and back. */
  function planned(fillPercent: number): DiskPressurePlan {
    injections += 1;
    const plan = diskPressure.plan({
      injection: `i${injections}`,
      params: { fill_percent: fillPercent },
      target: 'leader',
      topology: echo.instance.topology,
      nodes: echo.instance.nodes(),
      random: createRandom(1),
    });
    return JSON.parse(JSON.stringify(plan));
  }

  const active = (plan: DiskPressurePlan): Promise<Finding> =>
    diskPressure.active(plan, echo, AbortSignal.timeout(10_000));
  const gone = (plan: DiskPressurePlan): Promise<Finding> =>
    diskPressure.gone(plan, echo, AbortSignal.timeout(10_000));

  test.each([1, 80, 99, 100])(
    '%i %: bites when applied, is gone when undone, twice is once',
    async (percent) => {
      const plan = planned(percent);
      await diskPressure.undo(plan, echo);
      expect(await active(plan)).toMatchObject({ holds: false });
      await diskPressure.apply(plan, echo);
      await diskPressure.apply(plan, echo);
      expect(await active(plan)).toMatchObject({
        holds: true,
        evidence: { node: 'alpha', refuses_writes: percent === 100 },
      });
      expect((await active(plan)).evidence.percent).toBeCloseTo(percent, 0);
      expect(await gone(plan)).toMatchObject({ holds: false });
      await diskPressure.undo(plan, echo);
      await diskPressure.undo(plan, echo);
      expect(await gone(plan)).toMatchObject({ holds: true, evidence: { percent: 0, filled_bytes: 0 } });
      expect(await active(plan)).toMatchObject({ holds: false });
    },
  );

  test('less than was asked for is not active, and another injection is no evidence', async () => {
    const plan = planned(80);
    await echo.instance.fill(plan.injection, 'alpha', 79);
    expect(await active(plan)).toMatchObject({ holds: false, evidence: { percent: 79 } });
    await echo.instance.free(plan.injection, 'alpha');
    await echo.instance.fill('another', 'alpha', 90);
    expect(await active(plan)).toMatchObject({ holds: false, evidence: { percent: 90, filled_bytes: 0 } });
    expect(await gone(plan)).toMatchObject({ holds: true });
    await echo.instance.free('another', 'alpha');
  });

  test('it sticks to the node: the next life finds the volume as full', async () => {
    const plan = planned(100);
    await diskPressure.apply(plan, echo);
    await echo.instance.crash('alpha', plan.targets[0].incarnation ?? '');
    await waitForAnswer(echo, 'alpha');
    await waitFor('active', async () => (await active(plan)).holds || undefined, { timeoutMs: 5_000 });
    await diskPressure.undo(plan, echo);
    expect(await gone(plan)).toMatchObject({ holds: true });
  });

  test('a look that is called off throws and claims nothing', async () => {
    const plan = planned(50);
    const called = AbortSignal.abort(new Error('called off'));
    await expect(diskPressure.active(plan, echo, called)).rejects.toThrow('called off');
    await expect(diskPressure.gone(plan, echo, called)).rejects.toThrow('called off');
  });
});
