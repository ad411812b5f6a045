import { type FileHandle, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OrdealError } from '@ordeal/core';

/** Sooner than a supervisor starts a node again: full is full for the node's next life, too. */
const AGAIN_MS = 100;
/** What the machine keeps: with less, the kernel begins to kill, and not always those whom the fault is meant for. */
const MEMORY_FLOOR_BYTES = 256 * 1024 * 1024;
/** What statfs(2) calls a file system in memory. */
const TMPFS = 0x01021994;
const ZEROS = Buffer.alloc(1024 * 1024);

/** A file that makes a volume as full as was asked, and keeps it so until stopped. It grows and never shrinks. */
export class Filling {
  readonly #path: string;
  readonly #percent: number;
  readonly #availableMemory: () => number;
  readonly #stop = new AbortController();
  readonly #filled = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;

  /** @param availableMemory how many bytes the machine could still give */
  constructor(path: string, percent: number, availableMemory: () => number) {
    this.#path = path;
    this.#availableMemory = availableMemory;
    this.#percent = percent;
    this.#ended = this.#run();
    // Who stops it before it is done may not wait for it.
    this.#filled.promise.catch(() => {});
  }

  /**
   * Resolves when the volume is as full as was asked.
   * @throws OrdealError TARGET_FAILED when it was so already, or is no file system of its own; MACHINE_FAILED when the
   * machine has too little memory for it
   */
  filled(): Promise<void> {
    return this.#filled.promise;
  }

  /** Ends the filling and deletes its file. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    await rm(this.#path, { force: true });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      // Never through what stands there: the folder is the node's, and we may be root.
      await using file = await open(this.#path, 'wx');
      await this.#mustBeOfUse(file);
      for (;;) {
        await this.#topUp(file, signal);
        this.#filled.resolve();
        await delay(AGAIN_MS, undefined, { signal });
      }
    } catch (error) {
      // Once it was filled, an error shows as space in the next look at the volume.
      this.#filled.reject(error);
    }
  }

  async #mustBeOfUse(file: FileHandle): Promise<void> {
    const volume = dirname(this.#path);
    const [own, outside] = await Promise.all([file.stat(), stat(dirname(volume))]);
    // The machine's own disk is nothing to fill.
    if (own.dev === outside.dev) throw new OrdealError('TARGET_FAILED', `nothing is mounted on ${volume}`);
    const { missingBytes, usedPercent, type } = await this.#look();
    if (type === TMPFS) this.#mustLeaveMemory(missingBytes);
    if (missingBytes > 0) return;
    const message = `the volume is ${usedPercent.toFixed(1)} % full by itself: ${this.#percent} % would prove nothing`;
    throw new OrdealError('TARGET_FAILED', message);
  }

  /** What is filled in memory is the machine's own. */
  #mustLeaveMemory(missingBytes: number): void {
    const available = this.#availableMemory();
    if (available - missingBytes >= MEMORY_FLOOR_BYTES) return;
    const [wanted, free, floor] = [missingBytes, available, MEMORY_FLOOR_BYTES].map(
      (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`,
    );
    throw new OrdealError(
      'MACHINE_FAILED',
      `filling the volume takes ${wanted} of memory, this machine has ${free} available, and ${floor} must be left: lower \`parallel\` or \`fill_percent\`, or give it more`,
    );
  }

  async #topUp(file: FileHandle, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        signal.throwIfAborted();
        const { missingBytes } = await this.#look();
        if (missingBytes <= 0) return;
        await file.appendFile(ZEROS.subarray(0, Math.min(ZEROS.length, missingBytes)));
      }
    } catch (error) {
      // Somebody else took the rest: as full as it gets.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  async #look(): Promise<{ missingBytes: number; usedPercent: number; type: number }> {
    const { blocks, bfree, bsize, type } = await statfs(dirname(this.#path));
    const used = blocks - bfree;
    const missingBytes = (Math.ceil((blocks * this.#percent) / 100) - used) * bsize;
    return { missingBytes, usedPercent: (used / blocks) * 100, type };
  }
}
