import type { Catalogue, Goal, RuntimeName, SubjectEntry } from '@ordeal/core';
import { notOneOf, reportAt, type Site, shown } from '@ordeal/validation';

/** A listed subject with what the campaign chose for it; undefined is a choice that it cannot meet, reported. */
export interface ChosenSubject {
  readonly entry: SubjectEntry;
  readonly runtime: RuntimeName | undefined;
  readonly goal: Goal | undefined;
}

/** What the campaign asks of all its subjects; undefined: each subject's own default. */
export interface SubjectChoice {
  readonly runtime: RuntimeName | undefined;
  readonly goal: Goal | undefined;
}

/** Looks the listed subjects up, and checks that each can run and measure what the campaign asks for. */
export function readSubjects(
  site: Site,
  names: readonly string[],
  choice: SubjectChoice,
  catalogue: Catalogue,
): ChosenSubject[] {
  const seen = new Set<string>();
  const chosen: ChosenSubject[] = [];
  for (const [index, name] of names.entries()) {
    const path = ['subjects', index];
    const entry = Object.hasOwn(catalogue.subjects, name) ? catalogue.subjects[name] : undefined;
    if (entry === undefined) {
      reportAt(site, path, () =>
        notOneOf(`unknown subject ${shown(name)}`, name, Object.keys(catalogue.subjects)),
      );
    } else if (seen.has(name)) {
      reportAt(site, path, () => `${shown(name)} is listed twice`);
    } else {
      chosen.push({ entry, runtime: runtimeOf(site, entry, choice), goal: goalOf(site, entry, choice) });
    }
    seen.add(name);
  }
  return chosen;
}

function runtimeOf(site: Site, entry: SubjectEntry, { runtime }: SubjectChoice): RuntimeName | undefined {
  if (runtime === undefined) return entry.runtimes[0];
  if (entry.runtimes.includes(runtime)) return runtime;
  reportAt(site, ['runtime'], () =>
    notOneOf(`${entry.name} does not run on ${runtime}`, undefined, entry.runtimes),
  );
  return undefined;
}

function goalOf(site: Site, entry: SubjectEntry, { goal }: SubjectChoice): Goal | undefined {
  if (goal === undefined) return entry.goals[0];
  if (entry.goals.includes(goal)) return goal;
  reportAt(site, ['goal'], () => notOneOf(`${entry.name} cannot measure ${goal}`, undefined, entry.goals));
  return undefined;
}
