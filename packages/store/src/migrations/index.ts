import type { Migration } from 'kysely/migration';
import { migration0001 } from './0001-campaigns.ts';
import { migration0002 } from './0002-control.ts';
import { migration0003 } from './0003-capabilities.ts';
import { migration0004 } from './0004-timelines.ts';
import { migration0005 } from './0005-operators.ts';

/** In order of their names. One that has been released never changes: a correction is a new one. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-campaigns': migration0001,
  '0002-control': migration0002,
  '0003-capabilities': migration0003,
  '0004-timelines': migration0004,
  '0005-operators': migration0005,
};
