import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { TestEngine } from '@ordeal/runtimes/testing-engine';
import { pack } from 'tar-stream';

const DOUBLE = resolve(import.meta.dirname, '../doubles/pd-tikv');
const INSIDE = '/double';

/** References of images that stand in for `pingcap/pd` and `pingcap/tikv`, removed when disposed of. */
export interface TikvDoubleImages extends AsyncDisposable {
  readonly pd: string;
  readonly tikv: string;
}

/**
 * Makes images of the double's programs on the helper's image, which has Node. Like the real ones they take flags alone.
 * @param times the double's settings, see its README.md
 */
export async function buildTikvDoubleImages(
  { docker, image }: TestEngine,
  times: Readonly<Record<string, number>>,
): Promise<TikvDoubleImages> {
  // Other runs on the same engine have their own.
  const tag = randomBytes(4).toString('hex');
  const container = await docker.createContainer({ Image: image('helper'), Cmd: ['never-started'] });
  const commit = async (program: string): Promise<string> => {
    const repo = `ordeal-test/${program}-double`;
    const changes = [
      `ENTRYPOINT ["node", "${INSIDE}/${program}/main.ts"]`,
      'CMD []',
      ...Object.entries(times).map(([name, ms]) => `ENV ${name}=${ms}`),
    ];
    await container.commit({ repo, tag, changes: changes.join('\n') });
    return `${repo}:${tag}`;
  };
  try {
    await container.putArchive(await archiveOf(DOUBLE), { path: '/' });
    const [pd, tikv] = await Promise.all([commit('pd'), commit('tikv')]);
    return {
      pd,
      tikv,
      [Symbol.asyncDispose]: async () => {
        await Promise.all([pd, tikv].map((reference) => docker.getImage(reference).remove()));
      },
    };
  } finally {
    await container.remove({ force: true });
  }
}

async function archiveOf(folder: string): Promise<Buffer> {
  const archive = pack();
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith('.ts')) archive.entry({ name: join(INSIDE, name) }, await readFile(join(folder, name)));
  }
  archive.finalize();
  return buffer(archive);
}
