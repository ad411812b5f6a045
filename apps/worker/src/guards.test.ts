import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings } from '@ordeal/config';
import { openFolders, placeId } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Guards } from './guards.ts';

const why = whyNoTestEngine();

it.skipIf(why !== undefined)(
  `a worker has its engine swept, and one whose guard does not come up beside it offers the rest${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    const { docker: client, image } = await testEngine('helper');
    const folders = openFolders(await realpath(await mkdtemp(join(tmpdir(), 'ordeal-guards-'))));
    const store = { getTrial: async () => undefined, databaseId: async () => 'test' };
    const images = { helper: image('helper') };
    const start = (docker: { guard?: 'container'; socket?: string }) => {
      const settings = { ...defaultSettings, docker: { ...defaultSettings.docker, images, ...docker } };
      return Guards.start({ folders, settings, store, log: pino({ level: 'silent' }) }, true);
    };
    const place = placeId(folders);
    const filters = { label: [`ordeal.place=${place}`] };
    const left = await client.createNetwork({
      Name: `ordeal-${place.replaceAll('/', '-')}`,
      Internal: true,
      Labels: {
        'ordeal.instance': 'i1',
        'ordeal.owner': 'g0000000a',
        'ordeal.trial': '1',
        'ordeal.execution': '1',
        'ordeal.place': place,
      },
    });
    try {
      const usual = await start({});
      // Its guard has swept, also what no journal tells of.
      expect(await client.listNetworks({ filters })).toEqual([]);
      expect(usual.whyNoDocker).toBeUndefined();
      expect(usual.of('docker')).toBe(usual.of('process'));
      await usual.close();
      const without = await start({ guard: 'container', socket: '/nonexistent/engine.sock' });
      expect(without.whyNoDocker).toContain('/nonexistent/engine.sock');
      expect(without.all).toEqual([without.of('process')]);
      await without.close();
    } finally {
      await left.remove().catch(() => {});
      await rm(folders.data, { recursive: true, force: true });
      await rm(folders.home, { recursive: true, force: true });
    }
  },
  TEST_ENGINE_TIMEOUT_MS,
);
