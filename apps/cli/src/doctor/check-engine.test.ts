import { defaultSettings, type Settings } from '@ordeal/config';
import type { EngineInspection } from '@ordeal/runtimes';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { describe, expect, it } from 'vitest';
import { checkEngine, tellOfEngine } from './check-engine.ts';
import { emptySite, findingsOf, heard, problemsIn } from './testing-site.ts';

const healthy: EngineInspection = {
  address: 'unix:///var/run/docker.sock',
  isRemote: false,
  guardHome: 'process',
  version: '28.3.1',
  system: 'linux',
  isRootless: false,
  cgroupVersion: '2',
  freeBytes: 50e9,
  missingImages: [],
  pool: { cidr: '10.201.0.0/16', free: 2_048, total: 2_048, routes: [] },
  helper: { packetFilters: ['nft'], hasNetem: true, refusals: [] },
};

const fullPool = { cidr: '10.201.0.0/16', free: 9, total: 2_048, routes: ['10.201.0.0/24 by eth0'] };

function withDocker(docker: Partial<Settings['docker']>): Settings {
  return { ...defaultSettings, docker: { ...defaultSettings.docker, ...docker } };
}

describe('an engine', () => {
  it.each<[string, Partial<EngineInspection>, string[]]>([
    ['that has everything', {}, []],
    ['that does not say where it keeps images', { freeBytes: undefined }, []],
    ['that is old', { version: '19.03.15' }, ['version']],
    ['for Windows', { system: 'windows' }, ['system']],
    ['on another machine', { isRemote: true, guardHome: 'container' }, []],
    ['on another machine, with the guard here', { isRemote: true }, ['remote']],
    ['without root', { isRootless: true }, ['rootless']],
    ['without an image', { missingImages: ['quay.io/coreos/etcd:v3.5.21'] }, ['images']],
    ['whose helper cannot be tried', { helper: undefined }, []],
    [
      'without netem',
      { helper: { packetFilters: ['legacy'], hasNetem: false, refusals: ['netem: no'] } },
      [],
    ],
    [
      'without iptables',
      { helper: { packetFilters: [], hasNetem: true, refusals: ['iptables-nft: no'] } },
      ['filter'],
    ],
    ['with few subnets left', { pool: { ...fullPool, routes: [] } }, ['pool']],
    ['with a pool that the machine reaches', { pool: { ...fullPool, free: 99 } }, ['routes']],
    ['on a full disk', { freeBytes: 1e9 }, ['disk']],
  ])('%s', (_name, part, problems) => {
    const told = heard<string>((say) => tellOfEngine({ ...healthy, ...part }, say));
    expect(told.problems).toEqual(problems);
  });
});

it('that does not answer is a warning that says where it was looked for', async () => {
  const settings = withDocker({ engine: 'unix:///nonexistent/docker.sock' });
  const findings = await findingsOf(checkEngine, emptySite({ settings }));
  expect(findings).toMatchObject([
    {
      id: 'engine.unreachable',
      level: 'warning',
      found: expect.stringContaining('/nonexistent/docker.sock'),
    },
  ]);
});

it('is not asked when the settings turn the runtime off', async () => {
  const settings = withDocker({ offered: false, engine: 'unix:///nonexistent/docker.sock' });
  expect(problemsIn(await findingsOf(checkEngine, emptySite({ settings })))).toEqual([]);
});

describe.skipIf(whyNoTestEngine() !== undefined)('a real engine', () => {
  it(
    'is asked what it is, and which images it has',
    async () => {
      const engine = await testEngine('helper');
      const here = engine.image('helper');
      const settings = withDocker({ images: { helper: here, etcd: 'ordeal-test/none:1' } });
      const findings = await findingsOf(checkEngine, emptySite({ settings }));
      const found = Object.fromEntries(findings.map((finding) => [finding.id, finding.found]));
      expect(found['engine.reachable']).toMatch(/^engine at ./);
      expect(found['engine.version']).toMatch(/^version \d+\.\d+\.\d+\S*, control groups v[12]$/);
      expect(found['engine.images']).toContain('ordeal-test/none:1');
      expect(found['engine.images']).not.toContain(here);
      // This engine runs on this kernel: what the tests of links do on it must work there.
      expect(found['engine.filter']).toMatch(/^packet filter: iptables, (nft|legacy)/);
      expect(found['engine.netem']).toMatch(/^the kernel has (no )?netem, /);
      expect(found['engine.pool']).toMatch(/^\d+ of 2048 subnets of 10\.201\.0\.0\/16 are free$/);
      const label = ['ordeal.doctor'];
      expect(await engine.docker.listContainers({ all: true, filters: { label } })).toEqual([]);
      expect(found['engine.disk']).toMatch(/[MG]B free/);
    },
    TEST_ENGINE_TIMEOUT_MS,
  );
});
