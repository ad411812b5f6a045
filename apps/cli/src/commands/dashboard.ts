import { OrdealError } from '@ordeal/core';
import { checkAccess, startDashboard } from '@ordeal/dashboard';
import type { Command } from 'commander';
import { openInstallation } from '../installation/installation.ts';
import { stopSignal } from '../invocation/stop-signal.ts';

/** `ordeal dashboard` */
export function addDashboard(program: Command): void {
  program
    .command('dashboard')
    .description('Bull Board under /queues')
    .option('--host <host>', 'address to listen on; other than loopback needs ORDEAL_TOKEN', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '3000')
    .action(async (options: { host: string; port: string }) => {
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new OrdealError('BAD_INPUT', `--port ${options.port}: must be a port number`);
      }
      const access = checkAccess({ host: options.host, token: process.env.ORDEAL_TOKEN });
      const signal = stopSignal();
      await using installation = await openInstallation((line) => console.error(line));
      const dashboard = await startDashboard({
        store: installation.store,
        queues: await installation.queues(),
        access,
        port,
        log: (line) => console.error(line),
      });
      const asks = access.token === undefined ? '' : ', asks for ORDEAL_TOKEN';
      console.log(`Queues: ${dashboard.url}/queues (Ctrl+C stops${asks})`);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await dashboard.close();
    });
}
