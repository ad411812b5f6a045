import { open, stat } from 'node:fs/promises';
import { OrdealError } from '@ordeal/core';

/** A campaign of ten thousand entries is smaller; the parser needs about two seconds for the worst file of this size. */
const MAX_BYTES = 1_000_000;

/** The text of a campaign file. @throws OrdealError BAD_INPUT, in plain words, when it is none. */
export async function readCampaignFile(path: string): Promise<string> {
  const bytes = await readBounded(path).catch((error: unknown) => {
    throw error instanceof OrdealError ? error : badFile(path, whyUnreadable(error), error);
  });
  try {
    // Drops a byte order mark, which editors on Windows add.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw badFile(path, 'is not UTF-8 text: save it as UTF-8', error);
  }
}

async function readBounded(path: string): Promise<Buffer> {
  // Before opening: opening a pipe that nobody writes to would wait for ever.
  const found = await stat(path);
  if (found.isDirectory()) throw badFile(path, 'is a folder: name a campaign file in it');
  if (!found.isFile()) throw badFile(path, 'is not a regular file');
  if (found.size > MAX_BYTES) throw tooLarge(path, found.size);
  await using file = await open(path);
  // One byte more than is allowed, in case the file grows or, as in /proc, does not know its size.
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > MAX_BYTES) throw tooLarge(path, length);
  return buffer.subarray(0, length);
}

function tooLarge(path: string, bytes: number): OrdealError {
  return badFile(path, `is too large: ${bytes} bytes or more, and ${MAX_BYTES} (1 MB) is the limit`);
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'ENOTDIR':
      return 'no such file: a part of the path is not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: permission denied';
    default:
      return `cannot be read (${String(code ?? error)})`;
  }
}

function badFile(path: string, message: string, cause?: unknown): OrdealError {
  return new OrdealError('BAD_INPUT', `${path}: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    details: { file: path, problems: [] },
  });
}
