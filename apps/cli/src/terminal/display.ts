import { clearScreenDown, moveCursor } from 'node:readline';
import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import { isRewritable, windowColumns } from './window.ts';

/** Between two drawings of the live region. Lower: more to transmit. Higher: its seconds skip. */
const DRAW_EVERY_MS = 500;

/** Where progress is shown. Close it before anything else is printed. */
export interface Display extends Disposable {
  /** Shows a line that stays. */
  say(line: string): void;
  /** The same on standard error, whatever the display is. */
  warn(line: string): void;
  /** Below the lines there is a region that is drawn anew again and again. */
  readonly isLive: boolean;
  /** Takes the region away; lines can still be shown. Idempotent. */
  close(): void;
}

/**
 * Opens a display on a stream: with a live region where text can be written over, else plain lines.
 * @param region gives the lines of the region as they are now, at most `rows`; longer ones are cut off
 */
export function openDisplay(
  stream: NodeJS.WriteStream,
  region: (rows: number) => readonly string[] = () => [],
): Display {
  return isRewritable(stream) ? new LiveDisplay(stream, region) : new PlainDisplay(stream);
}

class PlainDisplay implements Display {
  readonly isLive = false;
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }
  say(line: string): void {
    this.#stream.write(`${line}\n`);
  }
  warn(line: string): void {
    process.stderr.write(`${line}\n`);
  }
  close(): void {}
  [Symbol.dispose](): void {}
}

/** The cursor stays visible: whatever ends or suspends the process, the terminal is left as it was. */
class LiveDisplay implements Display {
  readonly isLive = true;
  readonly #stream: NodeJS.WriteStream;
  readonly #region: (rows: number) => readonly string[];
  readonly #rewrite: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  readonly #resized = (): void => this.#forgetFrame();
  #frame: readonly string[] = [];
  #isClosed = false;

  constructor(stream: NodeJS.WriteStream, region: (rows: number) => readonly string[]) {
    this.#stream = stream;
    this.#region = region;
    this.#rewrite = createLogUpdate(stream, { showCursor: true });
    this.#timer = setInterval(() => this.#draw(), DRAW_EVERY_MS).unref();
    stream.on('resize', this.#resized);
  }

  say(line: string): void {
    this.#above(() => this.#stream.write(`${line}\n`));
  }

  warn(line: string): void {
    this.#above(() => process.stderr.write(`${line}\n`));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stream.off('resize', this.#resized);
    this.#rewrite.clear();
    this.#isClosed = true;
  }

  #above(write: () => void): void {
    this.#rewrite.clear();
    write();
    this.#draw();
  }

  #draw(): void {
    if (this.#isClosed) return;
    // A frame as high as the window would scroll it.
    const rows = Math.max(1, (this.#stream.rows || 24) - 2);
    const columns = windowColumns(this.#stream) ?? 80;
    this.#frame = this.#region(rows)
      .slice(-rows)
      .map((line) => cliTruncate(line, columns - 1));
    if (this.#frame.length === 0) this.#rewrite.clear();
    else this.#rewrite(this.#frame.join('\n'));
  }

  /** A window made narrower has wrapped the lines: they take more rows than were written. */
  #forgetFrame(): void {
    const columns = windowColumns(this.#stream) ?? 80;
    const rows = this.#frame.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)),
      0,
    );
    moveCursor(this.#stream, 0, -rows);
    clearScreenDown(this.#stream);
    this.#rewrite.done();
    this.#draw();
  }
}
