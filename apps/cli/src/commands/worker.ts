import type { Settings } from '@ordeal/config';
import { OrdealError } from '@ordeal/core';
import { fetchImages, startWorker } from '@ordeal/worker';
import type { Command } from 'commander';
import { findOperatorDb, usingOperatorDb } from '../campaigns/operator-db.ts';
import { openInstallation } from '../installation/installation.ts';
import { openSettings } from '../installation/open-settings.ts';
import { workerLog } from '../installation/worker-log.ts';
import { stopSignal } from '../invocation/stop-signal.ts';

/** All of the stop: giving back the trials, closing the guard and the connections. */
const EXIT_WITHIN_MS = 15_000;

/** `ordeal worker` */
export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('run trials of every campaign that this machine can run, until stopped')
    .option('--slots <n>', 'trials at once over all campaigns (default: 10, or what ordeal.config.ts says)')
    .option(
      '--operator-db <path>',
      'database of the operator operator-db (default: data/operator.db, if it exists)',
    )
    .action(async (options: { slots?: string; operatorDb?: string }) => {
      const settings = await openSettings();
      const slots = Number(options.slots ?? settings.slots);
      if (!Number.isInteger(slots) || slots < 1 || slots > 1000) {
        throw new OrdealError('BAD_INPUT', `--slots ${options.slots}: must be a whole number from 1 to 1000`);
      }
      await work(slots, settings, findOperatorDb(options.operatorDb));
    });
}

async function work(slots: number, settings: Settings, operatorDb: string | undefined): Promise<void> {
  const log = workerLog();
  if (operatorDb !== undefined) log.info(usingOperatorDb(operatorDb));
  const signal = stopSignal((line) => log.info(line));
  await using installation = await openInstallation((line) => log.warn(line));
  const { store, folders } = installation;
  await fetchImages(settings, undefined, (line) => log.info(line), signal);
  const worker = await startWorker({
    store,
    queues: await installation.queues(),
    folders,
    settings,
    log,
    slots,
    operatorDb,
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // Whatever hangs then, the guard sees our line close and undoes on its own.
  setTimeout(() => process.exit(1), EXIT_WITHIN_MS - 500).unref();
  await worker.stop();
}
