import type { LoadLine } from '@ordeal/core';

/** Longer than any load line by far: a client that never ends its line must not fill our memory. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Cuts the client's standard output into load lines; `noise` gets what is none. */
export function createLoadLineReader(
  line: (line: LoadLine) => void,
  noise: (text: string) => void,
): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const texts = (rest + chunk).split('\n');
    rest = texts.pop() ?? '';
    for (const text of texts) {
      if (text.trim() === '') continue;
      const parsed = parseLoadLine(text);
      if (parsed === undefined) noise(text);
      else line(parsed);
    }
    if (rest.length > MAX_LINE_LENGTH) {
      noise(rest);
      rest = '';
    }
  };
}

/** True for 1, 10, 100, ...: enough to tell how bad it is, too few to flood a timeline. */
export function isWorthTelling(count: number): boolean {
  return /^10*$/.test(String(count));
}

/** Undefined when the text is not a load line to the letter. */
export function parseLoadLine(text: string): LoadLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { op, ok, ms, ack, error } = value as Record<string, unknown>;
  if (op !== 'read' && op !== 'write') return undefined;
  if (typeof ok !== 'boolean' || typeof ms !== 'number' || !(ms >= 0)) return undefined;
  if (ack !== undefined && typeof ack !== 'number') return undefined;
  if (error !== undefined && typeof error !== 'string') return undefined;
  return {
    op,
    ok,
    ms,
    ...(ack === undefined ? {} : { ack }),
    ...(error === undefined ? {} : { error }),
  };
}
