import { INJECTION_STATES, type InjectionState, type JsonObject, RUNTIMES } from '@ordeal/core';
import { z } from 'zod';

const label = z.object({
  instance: z.string(),
  guard: z.string(),
  trial: z.string(),
  execution: z.number().int(),
  folder: z.string(),
});

/** A line of the journal: enough to find and remove what a dead guard left, and to say what it had injected. */
const journalEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('instance'), label, runtime: z.enum(RUNTIMES), subject: z.string() }),
  z.object({
    kind: z.literal('plan'),
    instance: z.string(),
    injection: z.string(),
    plan: z.record(z.string(), z.json()) as z.ZodType<JsonObject>,
  }),
  z.object({
    kind: z.literal('state'),
    instance: z.string(),
    injection: z.string(),
    state: z.enum(INJECTION_STATES),
  }),
  z.object({ kind: z.literal('removed'), instance: z.string() }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;
type JournaledInstance = Extract<JournalEntry, { kind: 'instance' }>;

export function instanceOf(entry: JournalEntry): string {
  return entry.kind === 'instance' ? entry.label.instance : entry.instance;
}

/** An instance that the journal does not say was removed, with its injections and the last that was noted of each. */
export interface LeftInstance {
  readonly label: JournaledInstance['label'];
  readonly runtime: JournaledInstance['runtime'];
  readonly injections: readonly { readonly injection: string; readonly state: InjectionState }[];
}

/** Its injections that were not proven gone. */
export function openInjections({ injections }: Pick<LeftInstance, 'injections'>): string[] {
  return injections.filter(({ state }) => state !== 'gone').map(({ injection }) => injection);
}

/** What is left according to the text of a journal. A torn line is the last thing that a killed guard wrote. */
export function leftInstances(text: string): LeftInstance[] {
  const left = new Map<string, { made: JournaledInstance; injections: Map<string, InjectionState> }>();
  for (const entry of parseLines(text)) {
    if (entry.kind === 'instance') {
      left.set(entry.label.instance, { made: entry, injections: new Map() });
      continue;
    }
    if (entry.kind === 'removed') left.delete(entry.instance);
    else {
      const state = entry.kind === 'plan' ? 'planned' : entry.state;
      left.get(entry.instance)?.injections.set(entry.injection, state);
    }
  }
  return [...left.values()].map(({ made, injections }) => ({
    label: made.label,
    runtime: made.runtime,
    injections: [...injections].map(([injection, state]) => ({ injection, state })),
  }));
}

function parseLines(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [journalEntry.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
