import { PassThrough } from 'node:stream';
import headless from '@xterm/headless';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDisplay } from './display.ts';

/** A terminal's screen, as a person sees it, behind a stream as Node gives it. */
class Screen {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly stream: NodeJS.WriteStream;

  constructor(columns: number, rows: number) {
    this.#terminal = new headless.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
    const size = { isTTY: true, columns, rows };
    this.stream = Object.assign(new PassThrough(), size) as unknown as NodeJS.WriteStream;
    this.stream.on('data', (bytes: Buffer) => this.#terminal.write(bytes));
  }

  resize(columns: number): void {
    this.#terminal.resize(columns, this.#terminal.rows);
    Object.assign(this.stream, { columns }).emit('resize');
  }

  /** Everything that was shown and not written over, scrolled away or not. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.stream.write('', () => resolve()));
    await new Promise<void>((resolve) => this.#terminal.write('', resolve));
    const { buffer } = this.#terminal;
    const all = Array.from({ length: buffer.active.length }, (_each, row) =>
      (buffer.active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
    );
    return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
  }
}

function open(columns: number, rows: number, region: () => string[]) {
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm');
  onTestFinished(() => void vi.unstubAllEnvs());
  const screen = new Screen(columns, rows);
  const display = openDisplay(screen.stream, region);
  onTestFinished(() => display.close());
  return { screen, display };
}

describe('a display on a terminal', () => {
  it('lets lines scroll above a region that is drawn anew', async () => {
    let second = 0;
    const { screen, display } = open(40, 10, () => [`trial ${second} s`, 'bar']);
    for (second = 1; second <= 20; second += 1) display.say(`line ${second}`);
    const said = Array.from({ length: 20 }, (_each, index) => `line ${index + 1}`);
    expect(await screen.lines()).toEqual([...said, 'trial 20 s', 'bar']);
    display.close();
    expect(await screen.lines()).toEqual(said);
    display.say('after');
    expect((await screen.lines()).at(-1)).toBe('after');
  });

  it('cuts its region to the window, wide characters too, and lines that stay are whole', async () => {
    const { screen, display } = open(20, 6, () => [
      'hidden',
      ...Array.from({ length: 4 }, () => '节点'.repeat(20)),
    ]);
    display.say('x'.repeat(50));
    const lines = await screen.lines();
    expect(lines.slice(0, 3).join('')).toBe('x'.repeat(50));
    expect(lines.slice(3)).toEqual(Array.from({ length: 4 }, () => '节点节点节点节点节…'));
  });

  it('leaves nothing behind when the window becomes narrower or wider', async () => {
    const { screen, display } = open(60, 12, () => ['a'.repeat(50), 'bar']);
    display.say('line');
    screen.resize(30);
    expect(await screen.lines()).toEqual(['line', `${'a'.repeat(28)}…`, 'bar']);
    screen.resize(80);
    expect(await screen.lines()).toEqual(['line', 'a'.repeat(50), 'bar']);
  });

  it('never hides the cursor', async () => {
    const { screen, display } = open(40, 10, () => ['bar']);
    const written: string[] = [];
    screen.stream.on('data', (bytes: Buffer) => written.push(bytes.toString()));
    display.say('line');
    await screen.lines();
    expect(written.join('')).toContain('bar');
    expect(written.join('')).not.toContain('\u001B[?25');
  });
});

it('is plain lines without a terminal', () => {
  const stream = new PassThrough();
  const display = openDisplay(stream as unknown as NodeJS.WriteStream, () => ['bar']);
  display.say('line 1');
  display.say('line 2');
  display.close();
  expect(display.isLive).toBe(false);
  expect(`${stream.read()}${stream.read()}`).toBe('line 1\nline 2\n');
});
