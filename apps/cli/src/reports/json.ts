import { printAll } from '../terminal/output.ts';

/** Raised when a printed shape changes in a way that could break a reader. */
const SHAPE_VERSION = 1;

/** One JSON document on standard output: `{ version, kind, ... }`. */
export function printJson(kind: string, body: object): void {
  console.log(jsonText(kind, body));
}

/**
 * The same document with a list of any length as its last field, in constant memory: an item a line.
 *
 * @example await printJsonList('campaign', { id: '3' }, 'trials', trialsOf(store, '3'));
 */
export function printJsonList(
  kind: string,
  body: object,
  listName: string,
  items: Iterable<object> | AsyncIterable<object>,
): Promise<void> {
  return printAll(listDocument(jsonText(kind, body), listName, items));
}

async function* listDocument(
  document: string,
  listName: string,
  items: Iterable<object> | AsyncIterable<object>,
): AsyncGenerator<string> {
  yield `${document.slice(0, document.lastIndexOf('\n}'))},\n  ${JSON.stringify(listName)}: [`;
  let separator = '\n    ';
  for await (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',\n    ';
  }
  yield '\n  ]\n}\n';
}

function jsonText(kind: string, body: object): string {
  return JSON.stringify({ version: SHAPE_VERSION, kind, ...body }, null, 2);
}
