import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { Writable } from 'node:stream';
import { type ExecOutcome, OrdealError } from '@ordeal/core';
import { lastLines, OutputEnd } from '../../handles.ts';
import type { Engine } from '../engine/engine.ts';

/** What precedes each piece of output: the stream, three zeros, its length. */
const HEADER_BYTES = 8;

/**
 * Runs a command in a container, as the container's own user. An engine cannot end one: when the signal fires it is
 * left to the container's own end, and nobody waits for it.
 * @throws OrdealError TARGET_FAILED with the engine's reason; the signal's reason
 */
export async function execInContainer(
  engine: Engine,
  container: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<ExecOutcome> {
  const exec = await engine.call(
    'prepare a command in a node',
    (docker, abortSignal) =>
      docker.getContainer(container).exec({
        Cmd: [...command],
        AttachStdout: true,
        AttachStderr: true,
        abortSignal,
      }),
    { signal },
  );
  const output = new OutputEnd();
  const collect = (): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        output.add(chunk);
        done();
      },
    });
  const stream = await engine.open('run a command in a node', async (docker) => {
    const started: Duplex = await exec.start({ hijack: true, stdin: false, abortSignal: signal });
    docker.modem.demuxStream(started, collect(), collect());
    return started;
  });
  const abort = (): void => void stream.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise((resolve) => stream.on('end', resolve).on('close', resolve).on('error', resolve));
    signal.throwIfAborted();
    const { ExitCode } = await engine.call('ask how a command in a node ended', () => exec.inspect(), {
      signal,
    });
    if (ExitCode === null) throw new OrdealError('TARGET_FAILED', 'the engine lost the command');
    return { exitCode: ExitCode, output: output.text() };
  } finally {
    signal.removeEventListener('abort', abort);
    stream.destroy();
  }
}

/** The last lines of what a container wrote to both its streams, in the order of writing. */
export async function logsOfContainer(
  engine: Engine,
  container: string,
  lines: number,
  signal: AbortSignal,
): Promise<string> {
  const framed = await engine.call(
    'read the log of a node',
    (docker, abortSignal) =>
      docker.getContainer(container).logs({ stdout: true, stderr: true, tail: lines, abortSignal }),
    { signal },
  );
  return lastLines(unframed(framed), lines);
}

function unframed(framed: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= framed.length; ) {
    const end = at + HEADER_BYTES + framed.readUInt32BE(at + 4);
    pieces.push(framed.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(pieces).toString('utf8');
}
