import { openFolders } from '@ordeal/place';
import { startEmbedded, stopEmbedded } from '@ordeal/store';
import type { Command } from 'commander';
import { spelled } from '../invocation/spelled.ts';

/** `ordeal up`, `down`: the embedded Postgres */
export function addEmbedded(program: Command): void {
  program
    .command('up')
    .description('start the embedded Postgres of this folder')
    .action(async () => {
      if (process.env.DATABASE_URL) {
        console.log('DATABASE_URL is set: there is nothing to start.');
        return;
      }
      await startEmbedded(openFolders());
      console.log(spelled('The embedded Postgres is up. Stop it with: pnpm ordeal down'));
    });

  program
    .command('down')
    .description('stop the embedded Postgres of this folder; its data stays')
    .action(async () => {
      const stopped = await stopEmbedded(openFolders());
      console.log(stopped ? 'The embedded Postgres is stopped; its data stays.' : 'It was not running.');
    });
}
