import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveEngine } from '../scripts/test-engine/serve-engine.ts';
import { whyNoEngine } from '../scripts/test-engine/why-no-engine.ts';

/** A Docker engine for the tests that ask for one (`@ordeal/runtimes/testing-engine`), started when the first does. */
export default async function offerEngine(): Promise<(() => Promise<void>) | undefined> {
  const why = await whyNoEngine();
  if (why !== undefined) {
    process.env.ORDEAL_NO_TEST_ENGINE = why;
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-engine-'));
  const path = join(folder, 'socket');
  const offer = await serveEngine(path, console.log);
  process.env.ORDEAL_TEST_ENGINE = path;
  return async () => {
    await offer.close();
    await rm(folder, { recursive: true, force: true });
  };
}
