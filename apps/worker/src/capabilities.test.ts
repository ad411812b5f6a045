import { BUILT_IN_OPERATORS } from '@ordeal/catalogue';
import { defaultSettings } from '@ordeal/config';
import { operatorNeed } from '@ordeal/core';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { describe, expect, it } from 'vitest';
import { canRun, findCapabilities } from './capabilities.ts';

const noEngine = whyNoTestEngine();

it('answers for every subject, runtime and fault of the catalogue: can, or why not', async () => {
  const { can, cannot } = await findCapabilities(defaultSettings);
  const operators = BUILT_IN_OPERATORS.flatMap((name) => operatorNeed(name) ?? []);
  const subjects = Object.values(defaultSettings.repertoire.catalogue.subjects);
  const needs = subjects.flatMap((subject) =>
    subject.runtimes.flatMap((runtime) => {
      const faults = Object.entries(subject.faults).filter(([, { runtimes }]) => runtimes.includes(runtime));
      return ['none', ...faults.map(([fault]) => fault)].map(
        (fault) => `${subject.name}/${runtime}/${fault}`,
      );
    }),
  );
  expect([...can, ...Object.keys(cannot)].sort()).toEqual([...needs, ...operators].sort());
  expect(canRun(['postgres/process/node_kill', 'postgres/process/none'], can)).toBe(true);
  expect(canRun(['postgres/process/node_kill', 'postgres/process/packet_loss'], can)).toBe(false);
});

it('offers nothing on a runtime that the settings turn off, and says so', async () => {
  const settings = {
    ...defaultSettings,
    process: { ...defaultSettings.process, offered: false },
    docker: { ...defaultSettings.docker, offered: false },
  };
  const { can, cannot } = await findCapabilities(settings);
  expect(can.filter((need) => !need.startsWith('operator/'))).toEqual([]);
  expect(cannot['postgres/process/node_kill']).toBe('its settings turn the runtime process off');
  expect(cannot['etcd/docker/none']).toBe('its settings turn the runtime docker off');
});

it('offers the operators of its settings, and operator-db only with a database', async () => {
  const settings = { ...defaultSettings, operators: { mine: { command: 'node' } } };
  const without = await findCapabilities(settings);
  expect(without.can).toEqual(expect.arrayContaining(['operator/mine', 'operator/nop']));
  expect(without.cannot['operator/operator-db']).toBe(
    'it was given no --operator-db, and found no data/operator.db',
  );
  expect((await findCapabilities(settings, '/x.db')).can).toContain('operator/operator-db');
});

it('offers nothing on docker where no engine answers, and says what was tried', async () => {
  const docker = { ...defaultSettings.docker, engine: 'unix:///nowhere/docker.sock' };
  const { can, cannot } = await findCapabilities({ ...defaultSettings, docker });
  expect(can.filter((need) => need.includes('/docker/'))).toEqual([]);
  expect(cannot['etcd/docker/node_kill']).toMatch(
    /^the Docker engine at unix:\/\/\/nowhere\/docker.sock does not/,
  );
});

describe.skipIf(noEngine !== undefined)(
  `with an engine${noEngine === undefined ? '' : ` (skipped: ${noEngine})`}`,
  () => {
    it(
      'offers what the engine has the images of, and names the image that it lacks',
      async () => {
        const { image } = await testEngine('helper', 'etcd');
        const images = { helper: image('helper'), etcd: image('etcd') };
        const settings = { ...defaultSettings, docker: { ...defaultSettings.docker, images } };
        expect((await findCapabilities(settings)).can).toContain('etcd/docker/node_kill');
        const lacking = { ...settings.docker, images: { ...images, etcd: 'ordeal-test/none:1' } };
        const { cannot } = await findCapabilities({ ...settings, docker: lacking });
        expect(cannot['etcd/docker/none']).toBe('the image ordeal-test/none:1 is not on the engine');
      },
      TEST_ENGINE_TIMEOUT_MS,
    );
  },
);

it('does not offer a subject whose code is elsewhere', async () => {
  const { repertoire } = defaultSettings;
  const settings = {
    ...defaultSettings,
    repertoire: {
      ...repertoire,
      subjectOf: (name: string) => (name === 'tikv' ? undefined : repertoire.subjectOf(name)),
    },
  };
  const { cannot } = await findCapabilities(settings);
  expect(cannot['tikv/docker/none']).toBe('it has no code that starts tikv on docker');
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
