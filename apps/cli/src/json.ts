/** Raised when a printed shape changes in a way that could break a reader. */
const SHAPE_VERSION = 1;

/** One JSON document on standard output: `{ version, kind, ... }`. */
export function printJson(kind: string, body: object): void {
  console.log(JSON.stringify({ version: SHAPE_VERSION, kind, ...body }, null, 2));
}
