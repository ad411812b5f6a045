import { findCompose, NO_COMPOSE } from '@ordeal/compose';
import { whyNoTestEngine } from '@ordeal/runtimes/testing-engine';

/**
 * Why tests of compose files cannot run here; undefined when they can.
 * @throws Error in CI, where nothing may be skipped
 */
export async function whyNoCompose(): Promise<string | undefined> {
  const why = whyNoTestEngine();
  if (why !== undefined || (await findCompose()) !== undefined) return why;
  if (process.env.CI) throw new Error(`${NO_COMPOSE}, and CI skips nothing`);
  return NO_COMPOSE;
}
