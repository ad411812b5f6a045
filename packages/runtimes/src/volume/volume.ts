import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrdealError, type VolumeLook } from '@ordeal/core';
import { Filling } from './filling.ts';

const FILLING_PREFIX = 'ordeal-filling-';
/** What stat(2) calls a block, whatever those of the file system are. */
const STAT_BLOCK_BYTES = 512;

/** The fillings of a folder that is a file system of its own, of limited size. */
export class Volume {
  readonly #folder: string;
  readonly #fillings = new Map<string, Filling>();
  readonly #availableMemory: () => number;
  #isClosed = false;

  /** @param availableMemory how many bytes the machine could still give; default: as the kernel reckons */
  constructor(folder: string, availableMemory: () => number = () => process.availableMemory()) {
    this.#folder = folder;
    this.#availableMemory = availableMemory;
  }

  /** See `fill` of an instance. @throws OrdealError TARGET_FAILED when nothing is mounted on the folder, too */
  async fill(injection: string, percent: number): Promise<void> {
    if (this.#isClosed) throw new OrdealError('TARGET_FAILED', `${this.#folder} is being removed`);
    const filling =
      this.#fillings.get(injection) ??
      new Filling(join(this.#folder, fileName(injection)), percent, this.#availableMemory);
    this.#fillings.set(injection, filling);
    try {
      await filling.filled();
    } catch (error) {
      await this.free(injection);
      throw error;
    }
  }

  async free(injection: string): Promise<void> {
    await this.#fillings.get(injection)?.stop();
    this.#fillings.delete(injection);
  }

  async look(): Promise<VolumeLook> {
    const { blocks, bfree, bsize } = await statfs(this.#folder);
    return {
      sizeBytes: blocks * bsize,
      usedBytes: (blocks - bfree) * bsize,
      isFull: bfree === 0 && (await this.#refusesWrites()),
      filledBytes: await this.#filledBytes(),
    };
  }

  /** Ends all fillings, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#fillings.keys()].map((injection) => this.free(injection)));
  }

  /** Root's write is as good as the node's: a tmpfs has no reserve for root. */
  async #refusesWrites(): Promise<boolean> {
    const probe = join(this.#folder, `ordeal-write-probe-${randomUUID()}`);
    try {
      await writeFile(probe, 'x', { flag: 'wx' });
      return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      return true;
    } finally {
      await rm(probe, { force: true });
    }
  }

  async #filledBytes(): Promise<Record<string, number>> {
    const files = (await readdir(this.#folder)).filter((name) => name.startsWith(FILLING_PREFIX));
    const sizes = files.map(async (name) => {
      const { blocks } = await stat(join(this.#folder, name));
      return [decodeURIComponent(name.slice(FILLING_PREFIX.length)), blocks * STAT_BLOCK_BYTES] as const;
    });
    return Object.fromEntries(await Promise.all(sizes));
  }
}

/** An injection's name must not lead out of the volume. */
function fileName(injection: string): string {
  return FILLING_PREFIX + encodeURIComponent(injection);
}
