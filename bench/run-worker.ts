import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { waitFor } from '@ordeal/core';
import type { Store } from '@ordeal/store';

const MAIN = resolve(import.meta.dirname, '../apps/cli/src/main.ts');

/** Even at one trial a second no run of a benchmark takes longer. */
const FINISH_TIMEOUT_MS = 15 * 60_000;

/**
 * Has one worker work on the campaign, as anybody would, until it has finished.
 * @param folder where it finds its settings
 * @throws Error when the worker ends before
 */
export async function runWorkerUntilFinished(
  store: Pick<Store, 'getCampaign'>,
  campaignId: string,
  { folder, env }: { folder: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const worker = spawn(process.execPath, [MAIN, 'worker'], {
    cwd: folder,
    env: { ...env, INIT_CWD: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await waitFor(
      'the campaign has finished',
      async () => {
        if (worker.exitCode !== null) throw new Error(`the worker ended with ${worker.exitCode}`);
        return (await store.getCampaign(campaignId))?.status === 'finished' || undefined;
      },
      { timeoutMs: FINISH_TIMEOUT_MS, everyMs: 200 },
    );
  } finally {
    if (worker.exitCode === null) {
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    }
  }
}
