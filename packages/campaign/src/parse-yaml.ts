import type { Located, Problems } from '@ordeal/validation';
import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { locateValues } from './locate-values.ts';

/** Plain words for what the parser would say in terms of its own. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document starts here: a campaign file holds one',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAG_RESOLVE_FAILED: 'tags are not supported here: write plain values',
  NON_STRING_KEY: 'keys must be plain words',
};

/** Whatever YAML forbids unescaped; Postgres could not store the source with a NUL in it. */
const CONTROL_CHARACTER = /[^\P{Cc}\t\n\r\u0085]/u;

/**
 * Reads YAML 1.2, one document, plain values only. What is wrong with it goes to `problems`; where that leaves no
 * whole tree the result is undefined, since half of one would only produce more, misleading problems.
 */
export function parseYaml(text: string, problems: Problems): Located | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Its own check for double keys compares each key with all others, minutes for a large file; ours is a map.
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    // Not `silent`: that also drops the error about a second document.
    logLevel: 'error',
  });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (offset: number, message: () => string) => {
    const { line, column } = place(offset);
    problems.add(line, column, '', message);
  };
  const control = text.search(CONTROL_CHARACTER);
  if (control >= 0) report(control, () => 'not text: a control character stands here');
  for (const error of worthTelling([...document.errors, ...document.warnings])) {
    report(error.pos[0], () => SYNTAX_MESSAGES[error.code] ?? `not YAML: ${oneLine(error.message)}`);
  }
  return problems.any ? undefined : locateValues(document.contents, place, problems);
}

/** Too deep a nesting is reported once for every level of it, and everything that was left unread as well. */
function worthTelling(errors: readonly YAMLError[]): readonly YAMLError[] {
  const tooDeep = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  return tooDeep === undefined ? errors : [tooDeep];
}

function oneLine(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 160)}...` : line;
}
