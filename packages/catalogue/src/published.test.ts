import type { JsonObject } from '@ordeal/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type CatalogueAdditions, extendCatalogue } from './additions.ts';
import { builtInCatalogue } from './built-in-catalogue.ts';
import { faultKind } from './fault-kind.ts';
import { fromPublished, toPublished } from './published.ts';

const additions: CatalogueAdditions = {
  subjects: [
    {
      name: 'shop',
      title: 'A shop',
      runtimes: ['process'],
      goals: ['serving'],
      roles: ['server'],
      aliases: { leader: 'server' },
      nodes: ['shop0'],
      anyTarget: 'server',
      faults: { noise: { runtimes: ['process'], horizonSeconds: 2 } },
    },
  ],
  faults: [
    {
      type: 'noise',
      title: 'Noise',
      kind: { param: 'once', kinds: { true: 'event', false: 'condition' } },
      params: z.strictObject({
        decibel: z.int().min(1).max(90).default(60),
        once: z.boolean().default(false),
      }) as z.ZodType<JsonObject>,
      on: { postgres: { runtimes: ['process'], horizonSeconds: 3 } },
    },
  ],
};

test('what is published says the same on a machine without the code', () => {
  const wire = JSON.parse(JSON.stringify(toPublished(additions)));
  const catalogue = extendCatalogue(builtInCatalogue, fromPublished(wire));
  expect(catalogue.subjects.shop).toEqual(additions.subjects[0]);
  expect(catalogue.subjects.postgres?.faults.noise).toEqual({ runtimes: ['process'], horizonSeconds: 3 });
  const noise = catalogue.faults.noise;
  if (noise === undefined) throw new Error('noise was lost');
  expect(noise.params.parse({})).toEqual({ decibel: 60, once: false });
  expect(noise.params.safeParse({ decibel: 91 }).success).toBe(false);
  expect(noise.params.safeParse({ decibels: 5 }).success).toBe(false);
  expect(faultKind(noise, { once: true })).toBe('event');
  expect(faultKind(noise, { once: false })).toBe('condition');
});

test('nobody can publish over a built-in name, and what cannot be read counts as unknown', () => {
  const [subject, fault] = toPublished(additions);
  if (subject === undefined || fault === undefined) throw new Error('nothing was published');
  const hostile = [
    { ...subject, entry: { ...subject.entry, name: 'postgres' } },
    { ...subject, entry: { ...subject.entry, name: 'Robert"; drop table' } },
    { ...fault, entry: { ...fault.entry, kind: 'of a newer version' } },
  ];
  const catalogue = extendCatalogue(builtInCatalogue, fromPublished(hostile));
  expect(catalogue).toEqual(builtInCatalogue);
});
