import type { CompiledQuery } from 'kysely';
import type pg from 'pg';

/** Texts are few: the store's own. A text that is made anew for each call must not fill the server's memory. */
const MOST_NAMES = 200;

const names = new Map<string, string>();

/** The query under a name of its text, so that a connection parses and plans it once. */
export function prepared(query: CompiledQuery): pg.QueryConfig {
  const { sql: text, parameters } = query;
  const values = [...parameters];
  const name = names.get(text) ?? newName(text);
  return name === undefined ? { text, values } : { name, text, values };
}

function newName(text: string): string | undefined {
  if (names.size >= MOST_NAMES) return undefined;
  const name = `ordeal_${names.size}`;
  names.set(text, name);
  return name;
}
