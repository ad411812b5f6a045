import { mountsIn } from '@ordeal/place';
import { whyNoTestVolumes } from '@ordeal/runtimes/testing';
import { expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { openWorld } from './support/world.ts';

const noVolumes = await whyNoTestVolumes();
const title = 'a full disk stops the primary, brings a standby down, and 80 % does nothing';

it.skipIf(noVolumes !== undefined)(
  noVolumes === undefined ? title : `${title} (skipped: ${noVolumes})`,
  async () => {
    await using world = await openWorld();
    const file = await world.file(
      shortCampaign({
        parallel: 3,
        chaos: `
  - { type: disk_pressure, target: primary, params: { fill_percent: 100 }, duration_seconds: 20 }
  - { type: disk_pressure, target: standby, params: { fill_percent: 100 } }
  - { type: disk_pressure, target: standby }`,
      }),
    );
    const { code, stdout } = await world.ordeal('enqueue', file, '--with-worker');
    expect(code, stdout).toBe(0);
    const [campaign] = await world.store.listCampaigns();
    const trials = await world.store.listTrials(campaign?.id ?? '');
    expect(Object.fromEntries(trials.map((trial) => [trial.key, trial.outcome]))).toEqual({
      // Inserts need a new page of the table and get none, until the disk has room again.
      'postgres/disk_pressure#0': 'resolved',
      // It cannot replay such an insert and shuts down; the other standby confirms commits.
      'postgres/disk_pressure.2#0': 'unaffected',
      // A fifth of 64 MiB is more than a trial writes.
      'postgres/disk_pressure.3#0': 'unaffected',
    });
    const records = Object.fromEntries(trials.map(({ key, record }) => [key, record]));

    // The table's next page is due within 16 s; nothing of it breaks `whole`, for the heartbeat needs no page.
    const primary = records['postgres/disk_pressure#0'];
    expect(primary?.afterLift).toBe(true);
    expect(primary?.impairedMs).toBeLessThan(20_000);
    expect(primary?.servingAgainMs).toBeGreaterThan(20_000);
    expect(primary?.degradedMs).toBeNull();

    // A full disk is not even room for a pid file: it stays down until the undo, and the supervisor's next try.
    const standby = records['postgres/disk_pressure.2#0'];
    expect(standby?.impairedMs).toBeNull();
    expect(standby?.degradedMs).toBeLessThan(20_000);
    expect(standby?.wholeAgainMs).toBeGreaterThan(standby?.undoneMs ?? Number.POSITIVE_INFINITY);

    const pressed = records['postgres/disk_pressure.3#0'];
    expect([pressed?.impairedMs, pressed?.degradedMs]).toEqual([null, null]);
    expect(pressed?.chaosMetadata).toMatchObject({ active: { percent: 80, refuses_writes: false } });

    for (const trial of trials) {
      expect(trial.record?.wholeAfterUndo, trial.key).toBe(true);
      expect(trial.record?.findings, trial.key).toEqual([]);
      const injections = await world.store.listInjections(trial.id);
      expect(injections.map(({ state }) => state)).toEqual(['gone']);
    }
    expect(mountsIn(world.folders.data)).toEqual([]);
    expect(world.trialProcesses()).toEqual([]);
  },
);
