import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { TEST_ENGINE_TIMEOUT_MS, type TestEngine, testEngine, whyNoTestEngine } from './test-engine.ts';
import type { TestImage } from './test-images.ts';

const why = whyNoTestEngine();
const title = 'the test images';

describe.skipIf(why !== undefined)(why === undefined ? title : `${title} (skipped: ${why})`, () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine('helper', 'etcd', 'redis', 'postgres');
  }, TEST_ENGINE_TIMEOUT_MS);

  it.each<[TestImage, string[], RegExp]>([
    ['helper', ['node', '--version'], new RegExp(`^${process.version}$`, 'm')],
    ['helper', ['tc', '-Version'], /^tc utility, iproute2-\d/m],
    ['helper', ['iptables', '--version'], /^iptables v1\./m],
    ['helper', ['ps', '--version'], /^ps from procps-ng \d/m],
    ['etcd', ['etcd', '--version'], /^etcd Version: 3\./m],
    ['etcd', ['etcdctl', 'version'], /^etcdctl version: 3\./m],
    ['redis', ['redis-server', '--version'], /^Redis server v=7\./m],
    ['redis', ['redis-sentinel', '--version'], /^Redis server v=7\./m],
    ['postgres', ['postgres', '--version'], /^postgres \(PostgreSQL\) 15\./m],
    ['postgres', ['pg_basebackup', '--version'], /^pg_basebackup \(PostgreSQL\) 15\./m],
  ])('%s runs %j', async (image, command, version) => {
    expect(await outputOf(engine, image, command)).toMatch(version);
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
