import type { Compilable, CompiledQuery } from 'kysely';
import type { Session } from './session.ts';

/** Stands where the id goes; no id looks like it. */
const ID = 'the id';

/** A query of which only an id differs from call to call: building it anew each time costs more than running it. */
export function compiledOnce<Row>(
  build: (session: Session, id: string) => Compilable<Row>,
): (session: Session, id: string) => CompiledQuery<Row> {
  const known = new WeakMap<Session, CompiledQuery<Row>>();
  return (session, id) => {
    const compiled = known.get(session) ?? build(session, ID).compile();
    known.set(session, compiled);
    return { ...compiled, parameters: compiled.parameters.map((value) => (value === ID ? id : value)) };
  };
}
