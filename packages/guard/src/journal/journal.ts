import { type FileHandle, open, rename } from 'node:fs/promises';
import { describeError } from '@ordeal/core';
import { instanceOf, type JournalEntry } from './entries.ts';

/** Past this size, what is said about removed instances is dropped. */
const COMPACT_ABOVE_BYTES = 200_000;
/** How long a note may wait for an entry that takes it to the disk with it. */
const NOTES_WAIT_MS = 100;

/** Where the guard writes down what it is about to do, and what has become of it. */
export interface Journal {
  /** Before something happens: on disk, past every cache of the operating system, when it resolves. */
  write(entry: JournalEntry): Promise<void>;
  /**
   * After something has happened: on disk soon, in order with the others. Nobody waits for it: whoever reads a journal
   * that misses it undoes or removes once more what is gone already.
   */
  note(entry: JournalEntry): void;
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
  #notesWaiting: NodeJS.Timeout | undefined;
  #bytes = 0;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  async write(entry: JournalEntry): Promise<void> {
    this.#waiting.push(entry);
    await this.#flushed();
  }

  note(entry: JournalEntry): void {
    this.#waiting.push(entry);
    this.#notesWaiting ??= setTimeout(() => void this.#flushNotes(), NOTES_WAIT_MS);
  }

  async close(): Promise<void> {
    await this.#flushNotes();
    await this.#file.close();
  }

  async #flushNotes(): Promise<void> {
    clearTimeout(this.#notesWaiting);
    this.#notesWaiting = undefined;
    await this.#flushed().catch((error: unknown) => console.error(`journal: ${describeError(error)}`));
  }

  /** Resolves when all that waits now is on disk. */
  async #flushed(): Promise<void> {
    // A flush at work may have taken its entries already, and then this one needs the next.
    const current = this.#flush;
    if (current !== undefined) await current.catch(() => {});
    if (this.#flush === undefined || this.#flush === current) this.#flush = this.#writeWaiting();
    await this.#flush;
  }

  async #writeWaiting(): Promise<void> {
    const entries = this.#waiting;
    if (entries.length === 0) return;
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
