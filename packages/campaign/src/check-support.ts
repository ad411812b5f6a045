import { resolveTarget, targetWords } from '@ordeal/catalogue';
import { notOneOf, reportAt, type Site, shown } from '@ordeal/validation';
import type { ChaosEntry } from './read-chaos.ts';
import type { ChosenSubject } from './read-subjects.ts';

/** Reports whatever of a chaos entry one of the subjects cannot do: the fault on its runtime, or the target. */
export function checkSupport(
  site: Site,
  entry: ChaosEntry,
  { entry: subject, runtime }: ChosenSubject,
): void {
  const { path, type, target } = entry;
  if (type !== undefined && runtime !== undefined) {
    const supported = Object.keys(subject.faults).filter((fault) =>
      subject.faults[fault]?.runtimes.includes(runtime),
    );
    if (!supported.includes(type)) {
      reportAt(site, [...path, 'type'], () =>
        notOneOf(`${subject.name} on ${runtime} does not support ${type}`, undefined, supported),
      );
    }
  }
  if (target !== undefined && resolveTarget(subject, target) === undefined) {
    reportAt(site, [...path, 'target'], () =>
      notOneOf(`${subject.name} has no target ${shown(target)}`, target, targetWords(subject)),
    );
  }
}
