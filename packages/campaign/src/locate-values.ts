import {
  type Entry,
  type Located,
  type Path,
  type Place,
  type Problems,
  pathText,
  shown,
} from '@ordeal/validation';
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';

/**
 * How many values all aliases of a file may stand for together. Anchors that repeat anchors grow a file of a few
 * lines to billions of values; no campaign comes near this.
 */
const MAX_ALIASED_VALUES = 10_000;

/** Where a node stands: in which value, after what (for values left empty), and whether through an alias. */
interface Surroundings {
  readonly path: Path;
  readonly after: number;
  readonly aliased: boolean;
}

/**
 * Plain values with their places, from the parser's tree. Double keys and bad aliases go to `problems`; a bad alias
 * stands for nothing that could be checked further, so the result is then undefined.
 */
export function locateValues(
  contents: unknown,
  place: (offset: number) => Place,
  problems: Problems,
): Located | undefined {
  /** An anchor is entered when its value is complete, so that nothing can stand within itself. */
  const anchors = new Map<string, Node>();
  let aliasedValues = 0;
  let badAlias = false;

  const located = locate(contents, { path: [], after: 0, aliased: false });
  return badAlias ? undefined : located;

  function locate(node: unknown, around: Surroundings): Located {
    const at = place(offsetOf(node) ?? around.after);
    if (around.aliased) aliasedValues += 1;
    if (aliasedValues > MAX_ALIASED_VALUES) return { value: null, at };
    if (isAlias(node)) return followAlias(node.source, at, around);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return { value: null, at };
    const located = isMap(node)
      ? locateMap(node, at, around)
      : isSeq(node)
        ? locateSeq(node, at, around)
        : { value: node.value, at };
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    return located;
  }

  function followAlias(name: string, at: Place, around: Surroundings): Located {
    const target = anchors.get(name);
    const located = target && locate(target, { ...around, aliased: true });
    const tooMany = aliasedValues > MAX_ALIASED_VALUES;
    // Told once, at the alias in the file and not at those that it stands for.
    if (!badAlias && !around.aliased && (tooMany || located === undefined)) {
      problems.add(at.line, at.column, pathText(around.path), () =>
        tooMany
          ? `the aliases stand for more than ${MAX_ALIASED_VALUES} values: write fewer of them`
          : `no anchor ${shown(name)} comes before this alias`,
      );
      badAlias = true;
    }
    return located ?? { value: null, at };
  }

  function locateSeq(node: YAMLSeq, at: Place, around: Surroundings): Located {
    const after = offsetOf(node) ?? around.after;
    const items = node.items.map((item, index) =>
      locate(item, { ...around, path: [...around.path, index], after }),
    );
    return { value: items.map((item) => item.value), at, items };
  }

  function locateMap(node: YAMLMap, at: Place, around: Surroundings): Located {
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const name = String(isScalar(pair.key) ? pair.key.value : pair.key);
      const after = offsetOf(pair.key) ?? offsetOf(node) ?? around.after;
      const path = [...around.path, name];
      const key = place(after);
      const earlier = entries.get(name);
      if (earlier !== undefined) {
        problems.add(
          key.line,
          key.column,
          pathText(path),
          () => `duplicate key, first in line ${earlier.key.line}`,
        );
        continue;
      }
      entries.set(name, { key, value: locate(pair.value, { ...around, path, after }) });
    }
    // Object.fromEntries defines `__proto__` as a key like any other.
    const value = Object.fromEntries([...entries].map(([name, entry]) => [name, entry.value.value]));
    return { value, at, entries };
  }
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
