import type { Readable, Writable } from 'node:stream';
import { describeError, waitFor } from '@ordeal/core';
import { archiveOf } from '../engine/archive.ts';
import { Engine } from '../engine/engine.ts';
import { referenceOf } from '../engine/images.ts';
import { removeContainer } from '../engine/removal.ts';
import { attach } from '../node/attach.ts';
import { HELPER_IMAGE } from '../node/helper-image.ts';
import type { EngineSettings } from '../why-not.ts';
import { containerLives } from './container-lives.ts';

/** Where the program finds the engine, as in the settings. */
export const ENGINE_BESIDE = 'unix:///var/run/docker.sock';

const KILL_DEADLINE_MS = 20_000;

export interface ProgramBesideEngine {
  /** Of the container. Unique on the engine. */
  readonly name: string;
  /** For Node: the main module, and what follows it. */
  readonly args: readonly string[];
  /** What it finds, by absolute path. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly env: Readonly<Record<string, string>>;
  /** What it writes below `path` outlives it. */
  readonly volume: {
    readonly name: string;
    readonly path: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly labels: Readonly<Record<string, string>>;
  /** Of the engine, on the engine's machine. */
  readonly socket: string;
}

/** A program that runs in a container on the engine's machine. */
export interface RunningBesideEngine {
  /** Of this one life of the container. */
  readonly identity: string;
  /** When it ends, or whoever holds it dies, the program reads the end of its input. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves to how it ended. Never rejects. */
  readonly exited: Promise<string>;
  isAlive(): Promise<boolean>;
  /** SIGKILL, and removal of the container; resolves when it is dead. */
  kill(): Promise<void>;
}

/**
 * Runs a program of ours in a container that has the engine's socket and lives in the network of the engine's machine,
 * from where every container can be reached. It goes on when we die, and its container is gone when it ends.
 * @throws OrdealError ENGINE_UNAVAILABLE, TARGET_FAILED with the engine's reason, DEADLINE; nothing is left then
 */
export async function startBesideEngine(
  settings: EngineSettings,
  program: ProgramBesideEngine,
): Promise<RunningBesideEngine> {
  const engine = new Engine(settings.engine);
  const container = await create(engine, referenceOf(settings.images)(HELPER_IMAGE), program);
  const lives = containerLives(settings.engine);
  try {
    const archive = await archiveOf(program.files);
    await engine.call('copy a program into its container', (docker, abortSignal) =>
      docker.getContainer(container).putArchive(archive, { path: '/', abortSignal }),
    );
    const { stdin, stdout, stderr } = await attach(engine, container, { stdin: true });
    const exited = endOf(engine, container);
    await engine.call('start a program', (docker, abortSignal) =>
      docker.getContainer(container).start({ abortSignal }),
    );
    const identity = await lives.identityOf(container);
    const isAlive = () => lives.isAlive(identity);
    return {
      identity,
      stdin,
      stdout,
      stderr,
      exited,
      isAlive,
      async kill() {
        await removeContainer(engine, container);
        await waitFor('the end of a killed program', async () => ((await isAlive()) ? undefined : true), {
          timeoutMs: KILL_DEADLINE_MS,
        });
      },
    };
  } catch (error) {
    await removeContainer(engine, container).catch(() => {});
    throw error;
  }
}

async function create(engine: Engine, image: string, program: ProgramBesideEngine): Promise<string> {
  const { name, args, env, volume, labels, socket } = program;
  await engine.call('create a volume', (docker, abortSignal) =>
    docker.createVolume({ Name: volume.name, Labels: { ...volume.labels }, abortSignal }),
  );
  const { id } = await engine.call('create a container', (docker, abortSignal) =>
    docker.createContainer({
      name,
      Image: image,
      Entrypoint: ['node', ...args],
      Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      Labels: { ...labels },
      OpenStdin: true,
      // The end of our stream is the end of its standard input: that is how it hears of our death.
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        AutoRemove: true,
        // It reaches the containers of every instance, whose networks lead nowhere else, and needs no address there.
        NetworkMode: 'host',
        // The socket belongs to the machine's root, and not to what an engine may make of a container's.
        UsernsMode: 'host',
        // Nor may SELinux keep it from the socket.
        SecurityOpt: ['label=disable'],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '1' } },
        Mounts: [
          { Type: 'bind', Source: socket, Target: ENGINE_BESIDE.replace('unix://', '') },
          { Type: 'volume', Source: volume.name, Target: volume.path },
        ],
      },
      abortSignal,
    }),
  );
  return id;
}

async function endOf(engine: Engine, container: string): Promise<string> {
  try {
    const { StatusCode: code } = await engine.open('wait for a program', (docker) =>
      docker.getContainer(container).wait({ condition: 'next-exit' }),
    );
    return code === 137 ? 'SIGKILL' : `code ${code}`;
  } catch (error) {
    return describeError(error);
  }
}
