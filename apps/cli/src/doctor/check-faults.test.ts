import { builtInCatalogue } from '@ordeal/catalogue';
import { expect, it } from 'vitest';
import { offeredFaults } from './offered-faults.ts';

it('answers for every subject, runtime and fault of the catalogue: this machine can, or why not', async () => {
  const offered = await offeredFaults(builtInCatalogue);
  const names = offered.map(({ subject, runtime, type }) => `${subject}/${runtime}/${type}`);
  expect(names).toEqual(expect.arrayContaining(['postgres/process/node_kill', 'tikv/docker/disk_pressure']));
  expect(new Set(names).size).toBe(names.length);
  for (const { subject, runtime, type, whyNot } of offered) {
    if (runtime === 'docker') expect(whyNot).toBe('this version has no Docker runtime');
    if (subject === 'postgres' && type === 'node_kill') expect(whyNot).toBeUndefined();
  }
});
