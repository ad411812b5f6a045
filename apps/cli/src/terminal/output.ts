import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Some lines at a time: a million writes of one line each take several times as long. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Prints any number of texts as fast as the reader takes them, in constant memory. A reader who has seen enough
 * (`| head`) ends it quietly.
 */
export async function printAll(texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(inChunks(texts), { highWaterMark: 1 }), process.stdout, { end: false });
  } catch (error) {
    if (!isReaderGone(error)) throw error;
  }
}

/** Resolves when a slow reader has taken everything: `process.exit` drops what is still queued for a pipe. */
export async function outputTaken(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(taken));
}

/** The reader of a pipe has left. */
export function isReaderGone(error: unknown): boolean {
  // EPIPE comes with the first write; whatever is written to the broken stream afterwards fails as destroyed.
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_DESTROYED';
}

function taken(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  // Writes are done in order; one that fails has nobody left to tell.
  return new Promise((resolve) => stream.write('', () => resolve()));
}

async function* inChunks(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let chunk: string[] = [];
  let characters = 0;
  for await (const text of texts) {
    chunk.push(text);
    characters += text.length;
    if (characters < CHUNK_CHARACTERS) continue;
    yield chunk.join('');
    chunk = [];
    characters = 0;
  }
  yield chunk.join('');
}
