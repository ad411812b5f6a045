import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type JournalEntry, leftInstances } from './entries.ts';
import { openJournal } from './journal.ts';

const made = (instance: string): JournalEntry => ({
  kind: 'instance',
  label: {
    instance,
    guard: 'g1',
    trial: `trial of ${instance}`,
    execution: 1,
    folder: `/instances/${instance}`,
  },
  runtime: 'process',
  subject: 'double',
});
const state = (instance: string, injection: string, value: 'applied' | 'gone'): JournalEntry => ({
  kind: 'state',
  instance,
  injection,
  state: value,
});

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'journal.jsonl');
}

describe('the journal', () => {
  it('knows what is left, and what was noted last of each injection', async () => {
    const path = await newPath();
    const journal = await openJournal(path);
    for (const instance of ['one', 'two']) await journal.write(made(instance));
    await journal.write({ kind: 'plan', instance: 'two', injection: 'x', plan: {} });
    await journal.write({ kind: 'plan', instance: 'two', injection: 'y', plan: {} });
    await journal.write(state('two', 'x', 'applied'));
    await journal.write(state('two', 'y', 'gone'));
    await journal.write({ kind: 'removed', instance: 'one' });
    await journal.close();
    expect(leftInstances(await readFile(path, 'utf8'))).toMatchObject([
      {
        label: { trial: 'trial of two' },
        runtime: 'process',
        injections: [
          { injection: 'x', state: 'applied' },
          { injection: 'y', state: 'gone' },
        ],
      },
    ]);
  });

  it('bears a torn last line', () => {
    expect(leftInstances(`${JSON.stringify(made('one'))}\n{"kind":"rem`)).toHaveLength(1);
  });

  it('keeps every entry that was written at the same time, in order', async () => {
    const path = await newPath();
    const journal = await openJournal(path);
    const names = Array.from({ length: 200 }, (_, index) => `i${index}`);
    await Promise.all(names.map((name) => journal.write(made(name))));
    expect(leftInstances(await readFile(path, 'utf8')).map(({ label }) => label.instance)).toEqual(names);
    await journal.close();
  });

  it('takes notes to the disk in order: with the next entry, and by themselves', async () => {
    const path = await newPath();
    const journal = await openJournal(path);
    await journal.write(made('one'));
    journal.note({ kind: 'removed', instance: 'one' });
    await journal.write(made('two'));
    const left = async () => leftInstances(await readFile(path, 'utf8')).map(({ label }) => label.instance);
    expect(await left()).toEqual(['two']);
    journal.note({ kind: 'removed', instance: 'two' });
    await expect.poll(left).toEqual([]);
    journal.note(made('three'));
    await journal.close();
    expect(await left()).toEqual(['three']);
  });

  it('does not grow without end', async () => {
    const path = await newPath();
    const journal = await openJournal(path);
    await journal.write(made('stays'));
    const plan = { filler: 'x'.repeat(20_000) };
    for (let round = 0; round < 40; round += 1) {
      const instance = `i${round}`;
      await journal.write(made(instance));
      await journal.write({ kind: 'plan', instance, injection: 'x', plan });
      await journal.write({ kind: 'removed', instance });
    }
    await journal.close();
    expect((await stat(path)).size).toBeLessThan(300_000);
    const left = leftInstances(await readFile(path, 'utf8'));
    expect(left.map(({ label }) => label.instance)).toEqual(['stays']);
  });
});
