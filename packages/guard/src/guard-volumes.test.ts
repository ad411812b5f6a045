import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings } from '@ordeal/config';
import { createRandom } from '@ordeal/core';
import { mountsIn, openFolders, processesIn, signalProcess } from '@ordeal/place';
import { whyNoTestVolumes } from '@ordeal/runtimes/testing';
import { expect, it } from 'vitest';
import { spawnGuard } from './client/spawn-guard.ts';

const noVolumes = await whyNoTestVolumes();
const title = 'a guard killed while a disk is full is cleaned up after: no mount, no file, no process';
const fence = { trial: '1', execution: 1 };
const soon = { timeoutMs: 60_000 };

it.skipIf(noVolumes !== undefined)(
  noVolumes === undefined ? title : `${title} (skipped: ${noVolumes})`,
  async () => {
    const home = await realpath(await mkdtemp(join(tmpdir(), 'guard-')));
    const folders = openFolders(home);
    try {
      const guard = await spawnGuard({ folders });
      const { nodes, topology } = await guard.ask(
        'start',
        { fence, subject: 'postgres', runtime: 'process' },
        soon,
      );
      const plan = defaultSettings.repertoire.faultOf('disk_pressure')?.plan({
        injection: 'x',
        params: { fill_percent: 100 },
        target: 'primary',
        topology,
        nodes,
        random: createRandom(1),
      });
      if (plan === undefined) throw new Error('no disk_pressure');
      const applied = await guard.ask('apply', { fence, plan, activeWithinMs: 5_000 }, soon);
      expect(applied.finding).toMatchObject({
        holds: true,
        evidence: { percent: 100, refuses_writes: true },
      });
      signalProcess(guard.identity, 'SIGKILL');
      expect(await guard.closed).toContain('SIGKILL');
      expect(mountsIn(folders.data).length).toBe(3);

      const successor = await spawnGuard({ folders });
      expect(successor.recovered).toEqual([{ trial: '1', execution: 1, injections: ['x'], clean: true }]);
      expect(mountsIn(folders.data)).toEqual([]);
      expect(await readdir(join(folders.data, 'guards'))).toEqual([successor.guard]);
      await successor.close();
      await successor.closed;
      expect(processesIn(folders.data)).toEqual([]);
    } finally {
      await rm(folders.data, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    }
  },
);
