import { builtInCatalogue } from '@ordeal/catalogue';
import { faultOf } from '@ordeal/faults';
import { mountsIn } from '@ordeal/place';
import { missingAbilities } from '@ordeal/runtimes';
import type { TrialEvent } from '@ordeal/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortCampaign } from './support/campaigns.ts';
import { contradictionsOf, timesOf } from './support/fault-findings.ts';
import { chaosEntry, type FaultRow, readFaultTable } from './support/fault-table.ts';
import { openWorld, type World } from './support/world.ts';

const { postgres } = builtInCatalogue.subjects;
if (postgres === undefined) throw new Error('no postgres');
const supported = Object.entries(postgres.faults).filter(([, { runtimes }]) => runtimes.includes('process'));

const table = readFaultTable('postgres');
const missing = await missingAbilities('process', {});
/** Those that take longest come first, so that none of them is still running when all others have ended. */
const runnable = table
  .filter(({ type }) => faultOf(type)?.needs.every((need) => missing[need] === undefined))
  .toSorted((left, right) => horizonOf(right) - horizonOf(left));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('the table of faults in docs/postgres.md', () => {
  it.each(supported.map(([type]) => type))('has %s for both roles', (type) => {
    const roles = table.filter((row) => row.type === type).map(({ target }) => target);
    expect([...new Set(roles)].toSorted()).toEqual(postgres.roles.toSorted());
  });

  it('says what each fault does to a replicated postgres, in one campaign that leaves nothing behind', async () => {
    const file = await world.file(
      shortCampaign({
        // Most of a trial is waiting: with nothing else beside them, so many keep one core busy.
        parallel: 5,
        chaos: runnable.map((row) => chaosEntry(row, horizonOf(row))).join('\n'),
        extra: 'include_baseline: true\n',
      }),
    );
    const { code, stdout, stderr } = await world.ordeal('enqueue', file, '--with-worker');
    expect(stderr).toBe('');
    expect(code, stdout).toBe(0);
    expect(stdout).toContain(`Completed: ${runnable.length + 1}, Failed: 0`);
    const [campaign] = await world.store.listCampaigns();
    const trials = await world.store.listTrials(campaign?.id ?? '');
    const [baseline] = trials.splice(-1);
    expect(baseline).toMatchObject({ key: 'postgres/none#0', outcome: 'quiet' });

    const tried = runnable.map((row, index) => ({ row, trial: trials[index] }));
    for (const { row, trial } of tried) {
      const events = await world.store.listEvents(trial?.id ?? '');
      console.info(timesOf(row, trial?.record ?? null), causeOf(events));
    }
    expect(tried.flatMap(({ row, trial }) => contradictionsOf(row, trial?.record ?? null))).toEqual([]);
    for (const trial of trials) {
      // The goal is `serving`.
      expect(trial.outcome, trial.key).toBe(trial.record?.impairedMs === null ? 'unaffected' : 'resolved');
      expect(trial.record?.initialState, trial.key).not.toBeNull();
      expect(trial.record?.finalState, trial.key).not.toBeNull();
      expect(trial.record, trial.key).toMatchObject({ wholeAfterUndo: true, findings: [] });
      const injections = await world.store.listInjections(trial.id);
      expect(injections.at(-1)?.state, trial.key).toBe('gone');
    }
    expect(mountsIn(world.folders.data)).toEqual([]);
    expect(world.trialProcesses()).toEqual([]);
  }, 480_000);
});

/** A fault that lasts is left on for as long as it may take to break something, and lifted then. */
function horizonOf({ type }: FaultRow): number {
  return postgres?.faults[type]?.horizonSeconds ?? 0;
}

/** What made serving break, for whoever has to find out why a row does not hold. */
function causeOf(events: readonly TrialEvent[]): unknown {
  return events.find(({ kind }) => kind === 'impaired')?.data ?? '';
}
