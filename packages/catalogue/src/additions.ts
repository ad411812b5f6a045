import type { Catalogue, FaultEntry, SubjectEntry, SupportedFault } from '@ordeal/core';

/** What an installation adds to the built-in catalogue, or has heard of from another one. */
export interface CatalogueAdditions {
  readonly subjects: readonly SubjectEntry[];
  readonly faults: readonly AddedFault[];
}

export interface AddedFault extends FaultEntry {
  /** Subjects of the catalogue that it adds itself to, by name; those that are not there are left out. */
  readonly on: Readonly<Record<string, SupportedFault>>;
}

/** The catalogue with what is added. A name that is there already stays what it is. */
export function extendCatalogue(base: Catalogue, additions: CatalogueAdditions): Catalogue {
  const subjects = { ...byKey(additions.subjects, 'name'), ...base.subjects };
  const faults = { ...byKey(additions.faults, 'type'), ...base.faults };
  const added = additions.faults.filter(({ type }) => !Object.hasOwn(base.faults, type));
  return {
    faults,
    subjects: Object.fromEntries(
      Object.entries(subjects).map(([name, subject]) => [
        name,
        { ...subject, faults: { ...supportOf(name, added), ...subject.faults } },
      ]),
    ),
  };
}

function supportOf(subject: string, faults: readonly AddedFault[]): Record<string, SupportedFault> {
  return Object.fromEntries(
    faults.flatMap(({ type, on }) => {
      const support = Object.hasOwn(on, subject) ? on[subject] : undefined;
      return support === undefined ? [] : [[type, support] as const];
    }),
  );
}

function byKey<Key extends string, Entry extends Readonly<Record<Key, string>>>(
  entries: readonly Entry[],
  key: Key,
): Record<string, Entry> {
  return Object.fromEntries(entries.map((entry) => [entry[key], entry]));
}
