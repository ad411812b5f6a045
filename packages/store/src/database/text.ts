/**
 * Postgres stores neither NUL nor half a surrogate pair, in text or in jsonb. Errors and logs of a system under
 * chaos may hold both, and a result must not be lost for it: they become U+FFFD.
 */
export function toText(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** The text of a value for a json or jsonb parameter. */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return UNSTORABLE.test(text) ? JSON.stringify(clean(JSON.parse(text))) : text;
}

/** `JSON.stringify` writes exactly these characters as escapes; a hit may be an innocent `\\u0000`, which cleaning leaves alone. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

function clean(value: unknown): unknown {
  if (typeof value === 'string') return toText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [toText(key), clean(item)]));
}
