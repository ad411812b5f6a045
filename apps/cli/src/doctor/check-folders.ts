import { access, constants, stat } from 'node:fs/promises';
import { type Folders, packagedPostgresVersion } from '@ordeal/place';
import { type EmbeddedInspection, inspectEmbedded } from '@ordeal/store';
import { defineCheck, type Say } from './check.ts';

const problems = {
  unwritable: {
    level: 'error',
    means: 'Settings, journals and nodes cannot be written: no command works.',
    advice: 'Give this user the folder, or name another one in ORDEAL_HOME.',
  },
  home_open: {
    level: 'warning',
    means:
      'Other users of this machine can look into it. The password of the embedded Postgres is in a file there.',
    advice: 'Run `chmod 700` on it.',
  },
  secret_open: {
    level: 'error',
    means: 'Other users of this machine can read the password of the embedded Postgres.',
    advice: 'Run `chmod 600` on it.',
  },
  data_open: {
    level: 'error',
    means: 'Postgres refuses to start on data that others can reach.',
    advice: 'Run `chmod 700` on it.',
  },
  data_version: {
    level: 'error',
    means:
      'Another major version of Postgres made the data: the embedded server refuses to start on it. The data is as it was.',
    advice: 'Use the version of Ordeal that made it, or move the folder away to start empty.',
  },
} as const;

/** The folders of this installation, and the data of the embedded Postgres in them. */
export const checkFolders = defineCheck({
  name: 'folders',
  title: 'Folders and data',
  problems,
  async look({ folders }, say) {
    await tellOfHome(folders, say);
    const embedded = await inspectEmbedded(folders);
    await tellOfModes(embedded, say);
    if (embedded.madeBy !== undefined) tellOfVersions(embedded.madeBy, await packagedPostgresVersion(), say);
  },
});

async function tellOfHome({ home }: Folders, say: Say<keyof typeof problems>): Promise<void> {
  const mode = await modeOf(home);
  if (mode === undefined) say.ok('home', `${home}: the first command makes it`);
  else if (!(await isWritable(home))) say.problem('unwritable', `${home} cannot be written`);
  else if (isOpen(mode)) say.problem('home_open', `${home} has mode ${octal(mode)}`);
  else say.ok('home', `${home}, for its owner alone`);
}

async function tellOfModes(
  { secretsFile, dataFolder }: EmbeddedInspection,
  say: Say<keyof typeof problems>,
): Promise<void> {
  const secretMode = await modeOf(secretsFile);
  if (secretMode !== undefined && isOpen(secretMode)) {
    say.problem('secret_open', `${secretsFile} has mode ${octal(secretMode)}`);
  }
  const dataMode = await modeOf(dataFolder);
  // What Postgres itself allows: 0700, and 0750.
  if (dataMode !== undefined && (dataMode & 0o027) !== 0) {
    say.problem('data_open', `${dataFolder} has mode ${octal(dataMode)}`);
  }
}

/** @param brought `18.4.0-beta.17`: what npm brought */
function tellOfVersions(madeBy: string, brought: string, say: Say<keyof typeof problems>): void {
  const found = `data of Postgres ${madeBy}, programs of ${brought}`;
  if (madeBy === brought.split('.')[0]) say.ok('data_version', found);
  else say.problem('data_version', found);
}

function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
}

function isOpen(mode: number): boolean {
  return (mode & 0o077) !== 0;
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
