import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkFolders } from './check-folders.ts';
import { emptySite, findingsOf, problemsIn } from './testing-site.ts';

/** A home as Ordeal makes it, with secrets and data in it; `break` what is to be found. */
function makeHome(): { home: string; secrets: string; data: string } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'ordeal-doctor-')));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const data = join(home, 'postgres');
  const secrets = join(home, 'postgres.json');
  writeFileSync(secrets, '{}', { mode: 0o600 });
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, 'PG_VERSION'), '18\n');
  return { home, secrets, data };
}

type Home = ReturnType<typeof makeHome>;

it.each<[string, (made: Home) => void, string[]]>([
  ['is as it was made', () => {}, []],
  ['can be looked into', ({ home }) => chmodSync(home, 0o755), ['folders.home_open']],
  ['has readable secrets', ({ secrets }) => chmodSync(secrets, 0o640), ['folders.secret_open']],
  ['has data that a group may read', ({ data }) => chmodSync(data, 0o750), []],
  ['has data that others may read', ({ data }) => chmodSync(data, 0o755), ['folders.data_open']],
  [
    'has data of another Postgres',
    ({ data }) => writeFileSync(join(data, 'PG_VERSION'), '15\n'),
    ['folders.data_version'],
  ],
  ['is not there yet', ({ home }) => rmSync(home, { recursive: true }), []],
])('a home that %s', async (_, change, problems) => {
  const made = makeHome();
  change(made);
  const folders = { home: made.home, data: made.home, shared: made.home };
  expect(problemsIn(await findingsOf(checkFolders, emptySite({ folders })))).toEqual(problems);
});
