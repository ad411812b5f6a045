import { whyNoTmpfs } from '../tmpfs.ts';

/**
 * Why there can be no volumes of limited size here, for the name of a skipped test; undefined when there can.
 * @throws Error in CI, where nothing may be skipped
 */
export async function whyNoTestVolumes(): Promise<string | undefined> {
  const why = await whyNoTmpfs();
  if (why !== undefined && process.env.CI) throw new Error(`${why}, and CI skips nothing`);
  return why;
}
