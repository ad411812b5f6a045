import { builtInCatalogue } from '@ordeal/catalogue';
import { type Catalogue, NAME_PATTERN as OPERATOR_NAME } from '@ordeal/core';
import { armFields, campaignFields } from '../fields.ts';
import { DEFAULT_RULES, type LoadOptions } from '../load-campaign.ts';
import { chaosEntrySchema } from './chaos-entry-schema.ts';
import { type JsonSchema, mappingSchema } from './json-schema.ts';
import { subjectRules } from './subject-rules.ts';

/**
 * The JSON Schema (draft 7, which every editor knows) of campaign files that name the catalogue's subjects and
 * faults. Made of the fields that {@link loadCampaignConfig} validates with, and gives the same answer, except for
 * what JSON Schema cannot say:
 *
 * - two arms of one name;
 * - rules between two numbers: `min_ms` not above `max_ms`, at most 2,147,483,647 trials in all;
 * - the length of a name without the spaces around it, and counted in UTF-16 units;
 * - what is the YAML parser's: double keys, tags, a second document, control characters, the size of the file.
 *
 * @example JSON.stringify(campaignJsonSchema(builtInCatalogue), null, 2)
 */
export function campaignJsonSchema(
  catalogue: Catalogue = builtInCatalogue,
  options: LoadOptions = {},
): JsonSchema {
  const { maxParallel, knownOperators } = { ...DEFAULT_RULES, ...options };
  const fields = campaignFields(maxParallel);
  const defaultSubjects = fields.subjects.parse(undefined);
  const subjects = Object.values(catalogue.subjects);
  const faults = Object.values(catalogue.faults);
  const { properties, required = [], ...rest } = mappingSchema(fields);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Ordeal campaign',
    description: 'Which systems to break, how, and how often.',
    ...rest,
    required: defaultSubjects.every((name) => Object.hasOwn(catalogue.subjects, name))
      ? required
      : [...required, 'subjects'],
    properties: {
      ...properties,
      name: { ...properties.name, pattern: NAME_PATTERN },
      subjects: {
        ...properties.subjects,
        uniqueItems: true,
        items: {
          type: 'string',
          enum: subjects.map(({ name }) => name),
          enumDescriptions: subjects.map(({ title }) => title),
        },
      },
      chaos_types: { ...properties.chaos_types, items: chaosEntrySchema(faults) },
      operator: { ...properties.operator, enum: [...knownOperators] },
      arms: { ...properties.arms, items: armSchema(knownOperators) },
    },
    not: { required: ['operator', 'arms'] },
    allOf: subjects.map((subject) => subjectRules(subject, faults, defaultSubjects.includes(subject.name))),
  };
}

/** An entry of `arms`: an operator's name, or a mapping. */
function armSchema(knownOperators: readonly string[]): JsonSchema {
  const { properties, ...rest } = mappingSchema(armFields);
  const operator: JsonSchema = { ...properties.operator, enum: [...knownOperators] };
  const name = { ...properties.name, pattern: OPERATOR_NAME.source };
  return { anyOf: [operator, { ...rest, properties: { ...properties, name, operator } }] };
}

/** Something besides space; within it no control character and no half of one. The spaces around it are cut off. */
const NAME_PATTERN = '^\\s*[^\\s\\p{Cc}\\p{Cs}]([^\\p{Cc}\\p{Cs}]*[^\\s\\p{Cc}\\p{Cs}])?\\s*$';
