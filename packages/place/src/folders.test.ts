import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { nameFolders, openFolders } from './folders.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ordeal-folders-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The home that is found; what was made for it outside goes with the test. */
function foundHome(): string {
  const { home, data } = openFolders();
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return home;
}

describe('the home of an installation', () => {
  it('is .ordeal in the working folder when ORDEAL_HOME is unset or empty', () => {
    const folder = temporaryFolder();
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    vi.stubEnv('INIT_CWD', '/elsewhere');
    for (const unset of ['', undefined]) {
      vi.stubEnv('ORDEAL_HOME', unset);
      expect(foundHome()).toBe(join(folder, '.ordeal'));
    }
  });

  it('counts from where the command was typed, else from the working folder', () => {
    const folder = temporaryFolder();
    vi.stubEnv('ORDEAL_HOME', 'mine');
    vi.stubEnv('INIT_CWD', folder);
    expect(foundHome()).toBe(join(folder, 'mine'));
    vi.stubEnv('INIT_CWD', '');
    vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'below'));
    expect(foundHome()).toBe(join(folder, 'below', 'mine'));
  });

  it('can be named without being made, and is then made where it was named', () => {
    const home = join(temporaryFolder(), 'mine');
    const named = nameFolders(home);
    expect([named.home, named.data].filter((folder) => existsSync(folder))).toEqual([]);
    const opened = openFolders(home);
    onTestFinished(() => rmSync(opened.data, { recursive: true, force: true }));
    expect(opened).toEqual(named);
    expect(nameFolders(home)).toEqual(named);
  });
});
