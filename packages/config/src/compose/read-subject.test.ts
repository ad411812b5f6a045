import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompose } from '@ordeal/compose';
import { describeError, type Subject } from '@ordeal/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../read-settings.ts';
import type { Settings } from '../settings.ts';

/** The file is read by the compose of this machine; without one, as it is written, which is the same here. */
const DEFINE = new URL('../define/index.ts', import.meta.url).href;
const FILE = `
services:
  web:
    image: web:1
    ports: ["8080:80", "127.0.0.1:9000-9001:9000-9001", "53:53/udp"]
    depends_on:
      migrate: { condition: service_completed_successfully }
      db: { condition: service_started }
    restart: unless-stopped
    deploy: { replicas: 2 }
  db:
    image: postgres:17
    expose: ["5432"]
    extra_hosts: ["registry:10.0.0.1"]
    networks: { default: { aliases: [database] } }
    restart: "no"
  migrate:
    build: .
  debug:
    image: web:1
    profiles: [debug]
`;

const compose = await findCompose();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordeal-compose-'));
});
afterEach(() => rm(folder, { recursive: true }));

const HEALTHY = `healthy: { http: { service: 'web', port: 80, path: '/health' } }`;

async function settingsOf(fields: string, file: string | undefined = FILE): Promise<Settings> {
  if (file !== '') await writeFile(join(folder, 'compose.yaml'), file);
  const path = join(folder, 'ordeal.config.ts');
  await writeFile(
    path,
    `import { composeSubject, defineConfig } from '${DEFINE}';
export default defineConfig({
  subjects: [composeSubject({ name: 'shop', file: './compose.yaml',
${fields}
})] });`,
  );
  return readSettings(path);
}

async function subjectOf(fields: string, file?: string): Promise<Subject> {
  const subject = (await settingsOf(fields, file)).repertoire.subjectOf('shop');
  if (subject === undefined) throw new Error('no subject');
  return subject;
}

async function problemOf(fields: string, file?: string): Promise<string> {
  return settingsOf(fields, file).then(
    () => 'nothing was wrong with it',
    (error: unknown) => describeError(error).replaceAll(`${folder}/`, ''),
  );
}

describe('a subject from a compose file', () => {
  it('has a node for each replica of each service that stays up, by the ports that the file tells of', async () => {
    const subject = await subjectOf(`targets: ['web'], ${HEALTHY}`);
    expect(subject.goals).toEqual(['whole']);
    expect(subject.topology.nodes).toEqual(
      [
        {
          name: 'db',
          role: 'db',
          ports: ['tcp-5432'],
          pingable: ['tcp-5432'],
          restartDelayMs: null,
          isSpared: true,
        },
        ...['web-1', 'web-2'].map((name) => ({
          name,
          role: 'web',
          ports: ['tcp-80', 'tcp-9000', 'tcp-9001'],
          pingable: ['tcp-80', 'tcp-9000', 'tcp-9001'],
          restartDelayMs: 100,
        })),
      ].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    );
    // Everybody may dial everybody: two diallers of db, two of each web with three ports.
    expect(subject.topology.links).toHaveLength(2 + 2 * 2 * 3);
    expect(subject.compose?.jobs).toEqual(['migrate']);
    expect(Object.keys(subject.compose?.resolved.services ?? {})).not.toContain('debug');
  });

  it('lets campaigns name its targets and no others', async () => {
    const { catalogue } = (await settingsOf(`targets: ['web'], ${HEALTHY}, horizonSeconds: 4`)).repertoire;
    expect(catalogue.subjects.shop).toMatchObject({
      runtimes: ['docker'],
      roles: ['web'],
      nodes: ['web-1', 'web-2'],
      goals: ['whole'],
      faults: { node_kill: { horizonSeconds: 4 }, latency: { horizonSeconds: 4 } },
    });
    expect(catalogue.subjects.shop?.faults).not.toHaveProperty('disk_pressure');
    expect(catalogue.subjects.shop?.faults).not.toHaveProperty('bandwidth');
  });

  it('has a load, links, disks and ports of its own when it is told of them', async () => {
    const subject = await subjectOf(`
      targets: ['db'], ${HEALTHY},
      load: { http: { service: 'web', port: 80, read: '/', write: { path: '/orders' } } },
      links: [{ from: 'web', to: 'db', port: 5433 }],
      ports: { db: { 5433: 'postgres', 5432: 'silent' } },
      disks: { db: { path: '/data', sizeMb: 64 } },`);
    expect(subject).toMatchObject({ goals: ['serving', 'whole'], slo: { windowMs: 2_000 } });
    const db = subject.topology.nodes.find(({ name }) => name === 'db');
    expect(db).toMatchObject({ pingable: ['tcp-5433'], volume: { path: '/data', sizeMb: 64 } });
    expect(subject.topology.links).toEqual([
      { from: 'web-1', to: 'db', port: 'tcp-5433' },
      { from: 'web-2', to: 'db', port: 'tcp-5433' },
      { from: 'client', to: 'web-1', port: 'tcp-80' },
      { from: 'client', to: 'web-2', port: 'tcp-80' },
    ]);
    const { topology } = subject;
    const launch = topology.nodes.map((node) => subject.prepareContainer?.({ node, topology }));
    expect(launch).toContainEqual(
      expect.objectContaining({ aliases: ['database'], hosts: ['registry:10.0.0.1'], dataPath: '/data' }),
    );
    expect(launch).toContainEqual(expect.objectContaining({ service: 'web', aliases: ['web'] }));
  });

  it('may have a load of its own, which may dial everything', async () => {
    const subject = await subjectOf(
      `targets: ['db'], ${HEALTHY}, load: { program: './load.ts' }, goals: ['whole']`,
    );
    expect(subject.goals).toEqual(['whole']);
    const { topology } = subject;
    const client = topology.nodes.find(({ role }) => role === 'client');
    if (client === undefined) throw new Error('no client');
    expect(subject.prepareContainer?.({ node: client, topology })).toMatchObject({
      kind: 'program',
      module: join(folder, 'load.ts'),
    });
    expect(topology.links.filter(({ from }) => from === 'client')).toHaveLength(1 + 2 * 3);
  });

  it('is known where there is no compose, too', async () => {
    const { PATH } = process.env;
    process.env.PATH = folder;
    try {
      const subject = await subjectOf(`targets: ['web'], ${HEALTHY}`);
      expect(subject.topology.nodes).toHaveLength(3);
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe('what is wrong is shown where it stands', () => {
  it.each([
    [
      'no such file',
      `targets: ['web'], ${HEALTHY}`,
      '',
      /:3:\d+: subjects\[0\]\.file: compose\.yaml: there is no such file/,
    ],
    [
      'no compose file',
      `targets: ['web'], ${HEALTHY}`,
      'services: [',
      /:3:\d+: subjects\[0\]\.file: compose\.yaml: /,
    ],
    [
      'an unknown target',
      `targets: ['wbe'], ${HEALTHY}`,
      undefined,
      /:4:11: subjects\[0\]\.targets\[0\]: unknown service "wbe" \(must be one of db, web\)/,
    ],
    [
      'a job as a target',
      `targets: ['migrate'], ${HEALTHY}`,
      undefined,
      /targets\[0\]: "migrate" runs once and ends/,
    ],
    [
      'an unknown service to ask',
      `targets: ['web'], healthy: { http: { service: 'api', port: 80 } }`,
      undefined,
      /:4:47: subjects\[0\]\.healthy\.http\.service: unknown service "api"/,
    ],
    [
      'an unknown port to ask',
      `targets: ['web'], healthy: { http: { service: 'web', port: 81 } }`,
      undefined,
      /healthy\.http\.port: port 81 of web is not known: add it to `expose`.*known are 80, 9000, 9001/,
    ],
    [
      'an unknown service in a link',
      `targets: ['web'], ${HEALTHY}, links: [{ from: 'x', to: 'db', port: 5432 }]`,
      undefined,
      /links\[0\]\.from: unknown service "x"/,
    ],
    [
      'nothing to see that it is well by',
      `targets: ['web']`,
      undefined,
      /subjects\[0\]\.healthy: is missing/,
    ],
    [
      'a key that is none',
      `targets: ['web'], ${HEALTHY}, target: 'db'`,
      undefined,
      /subjects\[0\]\.target: unknown key, did you mean "targets"\?/,
    ],
    [
      'a load of neither kind',
      `targets: ['db'], ${HEALTHY}, load: {}`,
      undefined,
      /subjects\[0\]\.load: must have either http or program/,
    ],
    [
      'an external network',
      `targets: ['web'], ${HEALTHY}`,
      `${FILE}\nnetworks: { default: { external: true, name: corp } }`,
      /file: networks\.default is external: every instance needs its own/,
    ],
    [
      'an external volume',
      `targets: ['web'], ${HEALTHY}`,
      `${FILE.replace('expose', 'volumes: ["d:/d"]\n    expose')}\nvolumes: { d: { external: true } }`,
      /file: volumes\.d is external/,
    ],
    [
      'the network of the host',
      `targets: ['web'], ${HEALTHY}`,
      FILE.replace('    networks: { default: { aliases: [database] } }', '    network_mode: host'),
      /services\.db has network_mode host/,
    ],
    [
      'a setting of the network',
      `targets: ['web'], ${HEALTHY}`,
      FILE.replace('    expose', '    sysctls: { net.core.somaxconn: 64 }\n    expose'),
      /services\.db sets net\.core\.somaxconn/,
    ],
    [
      'a folder to write to',
      `targets: ['web'], ${HEALTHY}`,
      FILE.replace('    expose', '    volumes: ["./data:/data"]\n    expose'),
      /services\.db may write to .*data, which all instances would share: mount it read-only/,
    ],
  ])('%s', async (_what, fields, file, problem) => {
    const shown = await problemOf(fields, file);
    expect(shown).toMatch(problem);
    expect(shown.split('\n')[0]).toMatch(/^ordeal\.config\.ts:\d+:\d+: /);
  });

  it.skipIf(compose === undefined)('what compose says of the file is shown as well', async () => {
    const shown = await problemOf(`targets: ['web'], ${HEALTHY}`, 'services: { web: { imag: x } }');
    expect(shown).toMatch(/:3:\d+: subjects\[0\]\.file: compose\.yaml: .*imag/);
  });

  it('but folders may be shared by whoever says so', async () => {
    const file = FILE.replace('    expose', '    volumes: ["./data:/data"]\n    expose');
    await expect(
      subjectOf(`targets: ['web'], ${HEALTHY}, sharedFolders: 'kept'`, file),
    ).resolves.toBeDefined();
  });
});
