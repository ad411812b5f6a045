/** Of a terminal that does not know its own width. */
const USUAL_COLUMNS = 80;

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>;

/** Columns of the window behind a stream; undefined when nobody looks at one: a pipe or a file takes lines of any length. */
export function windowColumns(stream: Output = process.stdout): number | undefined {
  return stream.isTTY ? stream.columns || USUAL_COLUMNS : undefined;
}

/** Text can be written over: a terminal that moves its cursor, with a person before it. */
export function isRewritable(stream: Output, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR; without both, terminals get colours. Empty means unset. */
export function showsColors(stream: Output, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
