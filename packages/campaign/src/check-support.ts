import { resolveTarget, targetWords } from '@ordeal/catalogue';
import type { Catalogue } from '@ordeal/core';
import { reportAt, type Site } from './check-value.ts';
import type { ChaosEntry } from './read-chaos.ts';
import type { ChosenSubject } from './read-subjects.ts';
import { notOneOf, shown } from './wording.ts';

/** Reports whatever of a chaos entry one of the subjects cannot do: the fault on its runtime, or the target. */
export function checkSupport(
  site: Site,
  entry: ChaosEntry,
  { entry: subject, runtime }: ChosenSubject,
  catalogue: Catalogue,
): void {
  const { path, type, target } = entry;
  if (type !== undefined && runtime !== undefined) {
    const supported = Object.keys(subject.faults).filter((fault) =>
      subject.faults[fault]?.runtimes.includes(runtime),
    );
    if (!supported.includes(type)) {
      const reason = catalogue.faults[type]?.impossibleOn?.[runtime];
      const why = reason === undefined ? '' : `, because ${reason}`;
      reportAt(site, [...path, 'type'], () =>
        notOneOf(`${subject.name} on ${runtime} does not support ${type}${why}`, undefined, supported),
      );
    }
  }
  if (target !== undefined && resolveTarget(subject, target) === undefined) {
    reportAt(site, [...path, 'target'], () =>
      notOneOf(`${subject.name} has no target ${shown(target)}`, target, targetWords(subject)),
    );
  }
}
