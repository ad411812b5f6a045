import { fileURLToPath } from 'node:url';
import type { Settings } from '@ordeal/config';
import { checkTiming, DEFAULT_TIMING, describeError, OrdealError, type Timing } from '@ordeal/core';
import type { Folders } from '@ordeal/place';
import {
  bundleProgram,
  engineSocket,
  guardLabels,
  journalLabels,
  packPrograms,
  type RunningBesideEngine,
  startBesideEngine,
} from '@ordeal/runtimes';
import { newGuardName } from '../journal/guard-folder.ts';
import { launchArguments } from '../launch-options.ts';
import { type GuardClient, LineGuardClient } from './guard-client.ts';
import { guardNotUp, HELLO_DEADLINE_MS } from './not-up.ts';

const PROGRAM_PATH = '/ordeal/guard.mjs';
const SETTINGS_PATH = '/ordeal/settings.mjs';
/** Journals and farewells, which outlive the guard. */
const DATA_PATH = '/var/lib/ordeal';
const FOLDERS_INSIDE = { home: DATA_PATH, data: DATA_PATH, shared: DATA_PATH };
const MAIN_MODULE = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Of what the guard writes for people, in characters. */
const MOST_LOG = 10_000;

export interface GuardContainerOptions {
  readonly folders: Folders;
  /** Which engine, and what the guard shall know: its file goes with it, and so do the programs of all subjects. */
  readonly settings: Settings;
  /** Where its instances are; stands in labels. Guards of one place share their journals. */
  readonly place: string;
  /** Default: {@link DEFAULT_TIMING}. Shorter is for tests. */
  readonly timing?: Timing;
  readonly env?: Readonly<Record<string, string>>;
  /** For lines of the guard that are not in the protocol. Default: nowhere. */
  readonly log?: (text: string) => void;
}

/**
 * Starts a guard in a container of the engine, which outlives this process wherever that runs, and waits until it has
 * cleaned up after dead guards of the place and said hello.
 * @throws OrdealError GUARD_LOST with the end of its log, when it does not come up
 */
export async function startGuardContainer(options: GuardContainerOptions): Promise<GuardClient> {
  const { log = () => {} } = options;
  const timing = checkTiming(options.timing ?? DEFAULT_TIMING);
  const name = newGuardName();
  const running = await start(name, timing, options).catch((error: unknown) => {
    throw new OrdealError('GUARD_LOST', `no guard in a container: ${describeError(error)}`, { cause: error });
  });
  let written = '';
  running.stderr.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-MOST_LOG);
  });
  const client = new LineGuardClient({
    input: running.stdin,
    output: running.stdout,
    identity: running.identity,
    isAlive: running.isAlive,
    kill: running.kill,
    logAt: `docker logs ${containerOf(name)}`,
    timing,
    exited: running.exited.then((how) => `the guard exited (${how})`),
    log,
  });
  try {
    await client.hello(HELLO_DEADLINE_MS);
    return client;
  } catch (error) {
    // Whatever is left of it is found by the next of its place.
    await client.kill().catch(() => {});
    throw guardNotUp(describeError(error), written);
  }
}

async function start(
  name: string,
  timing: Timing,
  { folders, settings: { docker, file, repertoire }, place, env = {} }: GuardContainerOptions,
): Promise<RunningBesideEngine> {
  const { images, subnets } = docker;
  const bundle = (module: string) => bundleProgram(module, folders.shared);
  const subjects = Object.keys(repertoire.catalogue.subjects)
    .flatMap((subject) => repertoire.subjectOf(subject) ?? [])
    .filter(({ compose }) => compose === undefined);
  const files = {
    [PROGRAM_PATH]: await bundle(MAIN_MODULE),
    ...(file === undefined ? {} : { [SETTINGS_PATH]: await bundle(file) }),
    ...(await packPrograms(subjects, bundle)),
  };
  const container = containerOf(name);
  return startBesideEngine(docker, {
    name: container,
    args: [
      PROGRAM_PATH,
      ...launchArguments({
        folder: `${DATA_PATH}/guards/${name}`,
        folders: FOLDERS_INSIDE,
        timing,
        settings: file && SETTINGS_PATH,
        container: { name: container, place, images: { ...images }, subnets },
      }),
    ],
    files,
    env,
    volume: { name: volumeOf(place), path: DATA_PATH, labels: journalLabels(place) },
    labels: guardLabels(name, place),
    socket: await engineSocket(docker),
  });
}

function containerOf(guard: string): string {
  return `ordeal-guard-${guard}`;
}

/** A place's name has slashes, which a volume's may not. */
function volumeOf(place: string): string {
  return `ordeal-guards-${place.replaceAll('/', '-')}`;
}
