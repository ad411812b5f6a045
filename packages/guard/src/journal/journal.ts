import { type FileHandle, open, rename } from 'node:fs/promises';
import { instanceOf, type JournalEntry } from './entries.ts';

/** Past this size, what is said about removed instances is dropped. */
const COMPACT_ABOVE_BYTES = 1_000_000;

/** Where the guard writes down what it is about to do. */
export interface Journal {
  /** On disk, past every cache of the operating system, when it resolves. */
  write(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a journal of JSON lines. Entries written at the same time share one fsync: trials do not wait for each
 * other's disk.
 */
export async function openJournal(path: string): Promise<Journal> {
  const journal = new FileJournal(path, await open(path, 'a'));
  return journal;
}

class FileJournal implements Journal {
  readonly #path: string;
  /** Entries of instances that are still there: what a compacted journal consists of. */
  readonly #live = new Map<string, JournalEntry[]>();
  #file: FileHandle;
  #waiting: JournalEntry[] = [];
  #flush: Promise<void> | undefined;
  #bytes = 0;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  async write(entry: JournalEntry): Promise<void> {
    this.#waiting.push(entry);
    // A flush at work may have taken its entries already, and then this one needs the next.
    const current = this.#flush;
    if (current !== undefined) await current.catch(() => {});
    if (this.#flush === undefined || this.#flush === current) this.#flush = this.#writeWaiting();
    await this.#flush;
  }

  async close(): Promise<void> {
    await this.#flush?.catch(() => {});
    await this.#file.close();
  }

  async #writeWaiting(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    for (const entry of entries) this.#remember(entry);
    const text = linesOf(entries);
    await this.#file.appendFile(text);
    await this.#file.datasync();
    this.#bytes += text.length;
    if (this.#bytes > COMPACT_ABOVE_BYTES) await this.#compact();
  }

  #remember(entry: JournalEntry): void {
    const instance = instanceOf(entry);
    if (entry.kind === 'removed') this.#live.delete(instance);
    else this.#live.set(instance, [...(this.#live.get(instance) ?? []), entry]);
  }

  async #compact(): Promise<void> {
    const text = linesOf([...this.#live.values()].flat());
    const draft = await open(`${this.#path}.draft`, 'w');
    await draft.appendFile(text);
    await draft.datasync();
    await rename(`${this.#path}.draft`, this.#path);
    await this.#file.close();
    // Opened for writing, positioned behind what was just written: it goes on as an append.
    this.#file = draft;
    this.#bytes = 0;
  }
}

function linesOf(entries: readonly JournalEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}
