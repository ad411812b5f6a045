import {
  BUILT_IN_OPERATORS,
  builtInCatalogue,
  type CatalogueAdditions,
  extendCatalogue,
} from '@ordeal/catalogue';
import { type Fault, NAME_PATTERN, type Subject } from '@ordeal/core';
import { type CommandDefinition, commandDefinition } from '@ordeal/operators';
import { checkValue, readFields, reportAt, type Site, shown } from '@ordeal/validation';
import { checkNames, checkSubject, checkWords } from './check-subject.ts';
import { isComposeSubject, readComposeSubject } from './compose/read-subject.ts';
import { addedFault, subjectEntry } from './derived-entries.ts';
import { completeSettings, type Settings } from './settings.ts';
import { faultShape, settingsFields, subjectShape } from './settings-shape.ts';

/** Settings from the value of a file; undefined when something is wrong, and all of that is with `site.problems`. */
export async function checkSettings(
  site: Site,
  { file, withoutCompose }: { readonly file: string; readonly withoutCompose: boolean },
): Promise<Settings | undefined> {
  const fields = readFields(site, [], site.root.value, settingsFields);
  const {
    subjects: given = [],
    faults: givenFaults = [],
    operators: givenOperators = {},
    limits,
    runtimes,
  } = fields ?? {};
  const written = given.filter((value) => !(withoutCompose && isComposeSubject(value)));
  const givenSubjects = await Promise.all(
    written.map((value, index) =>
      isComposeSubject(value) ? readComposeSubject(site, ['subjects', index], value, file) : value,
    ),
  );
  const subjects = givenSubjects.map((value, index) =>
    // One that a compose file describes was found wanting, and that is reported.
    value === undefined ? undefined : checkValue(site, ['subjects', index], value, subjectShape),
  );
  const faults = givenFaults.map((value, index) => checkValue(site, ['faults', index], value, faultShape));
  const entries = subjects.flatMap((subject) => (subject === undefined ? [] : [subjectEntry(subject)]));
  const runtimesOf = (name: string) =>
    (builtInCatalogue.subjects[name] ?? entries.find((entry) => entry.name === name))?.runtimes ?? [];
  const additions: CatalogueAdditions = {
    subjects: entries,
    faults: faults.flatMap((fault) => (fault === undefined ? [] : [addedFault(fault, runtimesOf)])),
  };
  const known = extendCatalogue(builtInCatalogue, additions);

  checkNames(site, 'subjects', 'name', subjects, builtInCatalogue.subjects);
  checkNames(site, 'faults', 'type', faults, builtInCatalogue.faults);
  for (const [index, subject] of subjects.entries()) {
    if (subject !== undefined) checkSubject(site, ['subjects', index], subject, known);
  }
  for (const [index, fault] of faults.entries()) {
    if (fault !== undefined) checkWords(site, ['faults', index, 'on'], 'subject', fault.on, known.subjects);
  }
  const operators = Object.entries(givenOperators).flatMap(([name, value]) => {
    const definition = checkOperator(site, name, value);
    return definition === undefined ? [] : [[name, definition] as const];
  });
  if (site.problems.any) return undefined;
  return completeSettings({
    file,
    additions,
    // As they were given, so that `this` is in them what it was. Each was checked to have every method of its
    // contract; what these take and give cannot be seen from outside.
    subjects: givenSubjects as readonly Subject[],
    faults: givenFaults as readonly Fault[],
    operators: Object.fromEntries(operators),
    maxParallel: limits?.maxParallel,
    slots: limits?.slots,
    keepFreeMb: limits?.keepFreeMb,
    process: runtimes?.process,
    docker: runtimes?.docker,
  });
}

function checkOperator(site: Site, name: string, value: unknown): CommandDefinition | undefined {
  if (BUILT_IN_OPERATORS.includes(name)) {
    reportAt(site, ['operators', name], () => `${shown(name)} is built in: it needs another name`);
  } else if (!NAME_PATTERN.test(name)) {
    reportAt(
      site,
      ['operators', name],
      () => `${shown(name)} is no name: lower-case letters, digits, _ and -, a letter first`,
    );
  }
  return checkValue(site, ['operators', name], value, commandDefinition);
}
