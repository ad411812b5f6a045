import { type Duplex, PassThrough, type Writable } from 'node:stream';
import type { Engine } from '../engine/engine.ts';

/** The standard streams of a container's main process. */
export interface Attached {
  readonly stdin: Writable;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  /** Lets go of the container; one that was made so reads the end of its standard input. */
  close(): void;
}

/** Attaches to a container that is about to start: nothing of what it writes is lost. */
export async function attach(
  engine: Engine,
  container: string,
  wants: { stdin: boolean },
): Promise<Attached> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stream = await engine.open('attach to a container', async (docker) => {
    // A hijacked connection is the socket itself; the types know it by its oldest name.
    const attached = (await docker.getContainer(container).attach({
      stream: true,
      stdin: wants.stdin,
      stdout: true,
      stderr: true,
      hijack: true,
    })) as Duplex;
    docker.modem.demuxStream(attached, stdout, stderr);
    return attached;
  });
  const end = () => {
    stdout.end();
    stderr.end();
  };
  // How it ended does not matter here: whoever reads sees the end, and the container's life is watched elsewhere.
  stream.on('end', end).on('close', end).on('error', end);
  return {
    stdin: stream,
    stdout,
    stderr,
    close() {
      stream.destroy();
      end();
    },
  };
}
