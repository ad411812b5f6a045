import { OrdealError } from '@ordeal/core';
import { identityOf, isAlive } from '@ordeal/place';

/** How the guards and sweepers of one home tell the living from the dead: each is one life, and has one identity. */
export interface Lives {
  /** The identity of whoever asks. */
  readonly self: string;
  isAlive(identity: string): Promise<boolean>;
}

/** Processes of this machine. */
export function processLives(): Lives {
  const self = identityOf(process.pid);
  if (self === null) throw new OrdealError('INTERNAL', 'this process cannot tell its own identity');
  return { self, isAlive: async (identity) => isAlive(identity) };
}
