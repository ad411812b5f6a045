import { readFile } from 'node:fs/promises';
import { builtInCatalogue } from '@ordeal/catalogue';
import type { JsonObject } from '@ordeal/core';
import type { Trial } from '@ordeal/store';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import type { DockerWorld } from './docker-world.ts';
import { contradictionsOf, timesOf } from './fault-findings.ts';
import { type FaultRow, readFaultTable } from './fault-table.ts';
import { leftForGood } from './left-for-good.ts';

/** A campaign file as it is written. */
interface Written extends JsonObject {
  subjects: string[];
  chaos_types: JsonObject[];
}

/**
 * Runs a file of campaigns/ to its end, in small: each cell once, without rests, two at a time. Faults, targets, parameters and
 * the times that decide an outcome are those of the file. Every trial must complete with an outcome of its kind, and
 * nothing may be left on the engine.
 * @param change leaves out what others run in the same way, or shortens it further
 * @returns the trials, in the order of the file, the baselines last
 */
export async function runInSmall(
  world: DockerWorld,
  name: string,
  change: (campaign: Written) => Partial<Written> = () => ({}),
): Promise<Trial[]> {
  const text = await readFile(new URL(`../../campaigns/${name}.yaml`, import.meta.url), 'utf8');
  const whole = parse(text) as Written;
  const small = { trials_per_combination: 1, parallel: 2, cooldown_seconds: 0 };
  const file = await world.file(stringify({ ...whole, ...small, ...change(whole) }));
  const run = world.start(['enqueue', file, '--with-worker']);
  expect(await run.ended, run.output()).toBe(0);
  // The newest comes first.
  const [campaign] = await world.store.listCampaigns();
  const trials = await world.store.listTrials(campaign?.id ?? '');
  for (const { key, status, outcome, baseline } of trials) {
    expect(status, key).toBe('completed');
    expect(baseline ? ['quiet'] : ['resolved', 'unaffected'], key).toContain(outcome);
  }
  expect(await leftForGood(() => world.left())).toEqual([]);
  return trials;
}

/** What they do depends on what else the machine has to do, and here it has other trials: now and then it came out otherwise. */
export const SLOWING: readonly unknown[] = ['latency', 'bandwidth', 'packet_loss'];

/**
 * The trials show what docs/SUBJECT.md says of their faults.
 * @param count how many of them have a row there, those of faults that only slow down left out
 */
export function expectAsOnPages(trials: readonly Trial[], count: number): void {
  const compared = trials.flatMap((trial) => {
    const row = rowOf(trial);
    if (row === undefined || SLOWING.includes(row.type)) return [];
    console.info(`${trial.subject}: ${timesOf(row, trial.record)}`);
    return [contradictionsOf(row, trial.record)];
  });
  expect(compared.flat()).toEqual([]);
  expect(compared).toHaveLength(count);
}

function rowOf({ subject, chaosType, chaosParams, target }: Trial): FaultRow | undefined {
  const filledIn = (params: JsonObject) => builtInCatalogue.faults[chaosType]?.params.parse(params);
  return readFaultTable(subject).find(
    (row) =>
      row.type === chaosType && row.target === target && isSame(filledIn(row.params), filledIn(chaosParams)),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
