import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  TEST_ENGINE_TIMEOUT_MS,
  type TestEngine,
  type TestImage,
  testEngine,
  whyNoTestEngine,
} from './test-engine.ts';

const why = whyNoTestEngine();
const title = 'the test images';

describe.skipIf(why !== undefined)(why === undefined ? title : `${title} (skipped: ${why})`, () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine('helper', 'etcd', 'redis', 'postgres');
  }, TEST_ENGINE_TIMEOUT_MS);

  it.each<[TestImage, string, RegExp[]]>([
    [
      'helper',
      'node --version && tc -Version && iptables --version && ps --version',
      [
        new RegExp(`^${process.version}$`, 'm'),
        /^tc utility, iproute2-\d/m,
        /^iptables v1\./m,
        /^ps from procps-ng/m,
      ],
    ],
    ['etcd', 'etcd --version && etcdctl version', [/^etcd Version: 3\./m, /^etcdctl version: 3\./m]],
    ['redis', 'redis-server --version && which redis-sentinel', [/^Redis server v=7\./m, /redis-sentinel$/m]],
    [
      'postgres',
      'postgres --version && pg_basebackup --version',
      [/^postgres \(PostgreSQL\) 15\./m, /^pg_basebackup \(PostgreSQL\) 15\./m],
    ],
  ])('%s runs %j', async (image, script, versions) => {
    const output = await outputOf(engine, image, ['sh', '-c', script]);
    for (const version of versions) expect(output).toMatch(version);
  });
});

/** What a command prints in a new container of the image. */
async function outputOf(engine: TestEngine, image: TestImage, command: string[]): Promise<string> {
  const container = await engine.docker.createContainer({
    Image: engine.image(image),
    Cmd: command,
    Tty: true,
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const output = buffer(stream.pipe(new PassThrough()));
    await container.start();
    const { StatusCode } = await container.wait();
    const text = String(await output).replaceAll('\r\n', '\n');
    expect(StatusCode, text).toBe(0);
    return text;
  } finally {
    await container.remove({ force: true });
  }
}
