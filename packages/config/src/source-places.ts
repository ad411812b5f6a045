import { parse } from '@babel/parser';
import type { Expression, Node, ObjectProperty, Statement } from '@babel/types';
import type { Entry, Located, Place } from '@ordeal/validation';

/**
 * The value of a module's default export with the places that its parts have in the source. It follows object and
 * list literals, constants of the same file, and calls such as `defineSubject({...})` into their first argument; what
 * comes from elsewhere stands where it is mentioned.
 */
export function locateDefaultExport(source: string, value: unknown): Located {
  const { body } = parse(source, { sourceType: 'module', plugins: ['typescript'] }).program;
  const constants = new Map(body.flatMap(constantsOf));
  const exported = body.find((statement) => statement.type === 'ExportDefaultDeclaration');
  if (exported === undefined) return { value, at: { line: 1, column: 1 } };
  return locate(exported.declaration, value);

  function locate(node: Node, part: unknown): Located {
    const at = placeOf(node);
    const literal = literalBehind(node, constants);
    if (literal?.type === 'ArrayExpression' && Array.isArray(part)) {
      const items = part.map((item: unknown, index) => {
        const element = literal.elements[index];
        return element ? locate(element, item) : { value: item, at };
      });
      return { value: part, at, items };
    }
    if (literal?.type === 'ObjectExpression' && typeof part === 'object' && part !== null) {
      const entries = new Map<string, Entry>();
      for (const property of literal.properties) {
        if (property.type === 'SpreadElement') continue;
        const name = nameOf(property.key);
        if (name === undefined) continue;
        const own = (part as Record<string, unknown>)[name];
        // A method has nothing further to look into.
        const inner = property.type === 'ObjectProperty' ? property.value : property.key;
        entries.set(name, { key: placeOf(property.key), value: locate(inner, own) });
      }
      return { value: part, at, entries };
    }
    return { value: part, at };
  }
}

function placeOf({ loc }: Node): Place {
  return { line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1 };
}

/** The literal that an expression comes down to, if it does. */
function literalBehind(node: Node, constants: ReadonlyMap<string, Expression>): Node | undefined {
  // Names that lead in a circle would not even run; the bound is for a file that changed since it was run.
  for (let here = node, steps = 0; steps < 100; steps += 1) {
    const next = behind(here, constants);
    if (next === here) return here;
    if (next === undefined) return undefined;
    here = next;
  }
  return undefined;
}

function behind(node: Node, constants: ReadonlyMap<string, Expression>): Node | undefined {
  switch (node.type) {
    case 'Identifier':
      return constants.get(node.name);
    case 'CallExpression':
      return node.arguments[0];
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return node.expression;
    default:
      return node;
  }
}

function constantsOf(statement: Statement): (readonly [string, Expression])[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type !== 'VariableDeclaration') return [];
  return declaration.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' && init ? [[id.name, init] as const] : [],
  );
}

function nameOf(key: ObjectProperty['key']): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'StringLiteral' ? key.value : undefined;
}
