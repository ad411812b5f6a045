import { closest, distance } from 'fastest-levenshtein';

/** Comparing longer words costs time and helps nobody. */
const MAX_WORD = 64;

/** A value from the file, short enough for one line and with nothing in it that a terminal would obey. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > MAX_WORD ? `${value.slice(0, MAX_WORD)}...` : value);
}

/** `unknown subject "postgers", did you mean "postgres"? (must be one of postgres, tikv)` */
export function notOneOf(problem: string, word: unknown, choices: readonly string[]): string {
  const near = typeof word === 'string' ? nearest(word, choices) : undefined;
  const hint = near === undefined ? '' : `, did you mean "${near}"?`;
  return `${problem}${hint} (must be one of ${choices.join(', ')})`;
}

/** The choice that the word was probably meant to be: a third of its letters wrong at most, rounded up for two swapped in a short one. */
function nearest(word: string, choices: readonly string[]): string | undefined {
  if (word.length > MAX_WORD || choices.length === 0) return undefined;
  const lower = word.toLowerCase();
  const near = closest(lower, choices);
  return distance(lower, near) <= Math.ceil(near.length / 3) ? near : undefined;
}

const PLAIN_KEY = /^[A-Za-z_][\w-]{0,63}$/;

/** `['chaos_types', 1, 'params']` as `chaos_types[1].params`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = String(step);
    if (!PLAIN_KEY.test(key)) return `${text}[${shown(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
