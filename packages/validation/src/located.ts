/** A value from a file together with where it stands, and so on down. */
export interface Located {
  readonly value: unknown;
  readonly at: Place;
  /** Of a mapping. */
  readonly entries?: ReadonlyMap<string, Entry>;
  /** Of a list. */
  readonly items?: readonly Located[];
}

export interface Entry {
  readonly key: Place;
  readonly value: Located;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly PropertyKey[];

/** Where the value at the path stands; of what is not in the file, the innermost thing around it that is. */
export function placeOf(root: Located, path: Path): Place {
  return find(root, path).at;
}

/** Where the key of the path's last step stands. */
export function placeOfKey(root: Located, path: Path): Place {
  const parent = find(root, path.slice(0, -1));
  return parent.entries?.get(String(path.at(-1)))?.key ?? parent.at;
}

function find(root: Located, path: Path): Located {
  let here = root;
  for (const step of path) {
    const next = typeof step === 'number' ? here.items?.[step] : here.entries?.get(String(step))?.value;
    if (next === undefined) return here;
    here = next;
  }
  return here;
}
