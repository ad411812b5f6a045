import { defaultSettings } from '@ordeal/config';
import { expect, it } from 'vitest';
import { canRun, findCapabilities } from './capabilities.ts';

it('answers for every subject, runtime and fault of the catalogue: can, or why not', async () => {
  const { can, cannot } = await findCapabilities(defaultSettings);
  const subjects = Object.values(defaultSettings.repertoire.catalogue.subjects);
  const needs = subjects.flatMap((subject) =>
    subject.runtimes.flatMap((runtime) => {
      const faults = Object.entries(subject.faults).filter(([, { runtimes }]) => runtimes.includes(runtime));
      return ['none', ...faults.map(([fault]) => fault)].map(
        (fault) => `${subject.name}/${runtime}/${fault}`,
      );
    }),
  );
  expect([...can, ...Object.keys(cannot)].sort()).toEqual(needs.sort());
  expect(cannot['tikv/docker/none']).toBe('this version has no Docker runtime');
  expect(canRun(['postgres/process/node_kill', 'postgres/process/none'], can)).toBe(true);
  expect(canRun(['postgres/process/node_kill', 'tikv/docker/node_kill'], can)).toBe(false);
});

it('offers nothing on a runtime that the settings turn off, and says so', async () => {
  const settings = { ...defaultSettings, process: { offered: false, ports: undefined } };
  const { can, cannot } = await findCapabilities(settings);
  expect(can).toEqual([]);
  expect(cannot['postgres/process/node_kill']).toBe('its settings turn the runtime process off');
});

it('does not offer a fault whose code is elsewhere', async () => {
  const { repertoire } = defaultSettings;
  const settings = {
    ...defaultSettings,
    repertoire: {
      ...repertoire,
      faultOf: (type: string) => (type === 'latency' ? undefined : repertoire.faultOf(type)),
    },
  };
  const { cannot } = await findCapabilities(settings);
  expect(cannot['postgres/process/latency']).toBe('it has no code for latency');
});
