import { resolveTarget, targetWords } from '@ordeal/catalogue';
import type { Catalogue, SupportedFault } from '@ordeal/core';
import { notOneOf, reportAt, type Site, shown } from '@ordeal/validation';
import type { ChaosEntry } from './read-chaos.ts';
import type { ChosenSubject } from './read-subjects.ts';

/** How a subject supports a fault on the runtime chosen for it; undefined when it does not. */
export function supportOf({ entry, runtime }: ChosenSubject, fault: string): SupportedFault | undefined {
  const support = Object.hasOwn(entry.faults, fault) ? entry.faults[fault] : undefined;
  return runtime !== undefined && support?.runtimes.includes(runtime) ? support : undefined;
}

/** That it does not, with the reason where there is one. */
export function unsupported({ entry, runtime }: ChosenSubject, fault: string, catalogue: Catalogue): string {
  const reason = runtime && catalogue.faults[fault]?.impossibleOn?.[runtime];
  const because = reason === undefined ? '' : `, because ${reason}`;
  return `${entry.name} on ${runtime} does not support ${fault}${because}`;
}

/** Reports a chaos entry that one of the subjects does not support on its runtime. */
export function checkFault(
  site: Site,
  { path, type }: ChaosEntry,
  subject: ChosenSubject,
  catalogue: Catalogue,
): void {
  if (type === undefined || subject.runtime === undefined || supportOf(subject, type) !== undefined) return;
  const supported = Object.keys(subject.entry.faults).filter((fault) => supportOf(subject, fault));
  reportAt(site, [...path, 'type'], () =>
    notOneOf(unsupported(subject, type, catalogue), undefined, supported),
  );
}

/** Reports a target that one of the subjects does not have. */
export function checkTarget(site: Site, { path, target }: ChaosEntry, { entry }: ChosenSubject): void {
  if (target === undefined || resolveTarget(entry, target) !== undefined) return;
  reportAt(site, [...path, 'target'], () =>
    notOneOf(`${entry.name} has no target ${shown(target)}`, target, targetWords(entry)),
  );
}
