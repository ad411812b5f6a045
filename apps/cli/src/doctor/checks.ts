import type { Check } from './check.ts';
import { checkDisk } from './check-disk.ts';
import { checkEngine } from './check-engine.ts';
import { checkFaults } from './check-faults.ts';
import { checkFolders } from './check-folders.ts';
import { checkLeftovers } from './check-leftovers.ts';
import { checkMachine } from './check-machine.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkQueue } from './check-queue.ts';
import { checkSettings } from './check-settings.ts';

/** Everything that the doctor looks at, in the order in which it is told. */
export const CHECKS: readonly Check[] = [
  checkPostgres,
  checkQueue,
  checkSettings,
  checkEngine,
  checkFaults,
  checkLeftovers,
  checkFolders,
  checkDisk,
  checkMachine,
];
