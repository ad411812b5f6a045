import type { SubjectEntry } from '@ordeal/core';

/** The target word for a node drawn with the campaign's seed; never the client. */
export const ANY_TARGET = 'any';

/** Whom a fault may hit. */
export type Target =
  /** Any node of a subject that sets none apart: the client's node is never meant. */
  | { readonly kind: 'any' }
  /** One of the nodes that hold the role when the fault is planned. */
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'node'; readonly name: string };

/**
 * What a target word of a campaign file means for a subject: `any`, a general word (`leader`), a role or a node's
 * name. Undefined when the subject has nothing of that name; the client is no target, since what the load sees is
 * the measurement.
 *
 * @example resolveTarget(builtInCatalogue.subjects.postgres, 'leader') // { kind: 'role', role: 'primary' }
 */
export function resolveTarget(subject: SubjectEntry, word: string): Target | undefined {
  if (word === ANY_TARGET) return anyTarget(subject);
  const role = Object.hasOwn(subject.aliases, word) ? subject.aliases[word] : word;
  if (role !== undefined && subject.roles.includes(role)) return { kind: 'role', role };
  return subject.nodes.includes(word) ? { kind: 'node', name: word } : undefined;
}

function anyTarget({ anyTarget: role }: SubjectEntry): Target {
  return role === undefined ? { kind: 'any' } : { kind: 'role', role };
}

/** The resolved target as one word again: resolving that word gives the same target. */
export function targetWord(target: Target): string {
  switch (target.kind) {
    case 'any':
      return ANY_TARGET;
    case 'role':
      return target.role;
    case 'node':
      return target.name;
  }
}

/** All words that {@link resolveTarget} knows for the subject, general ones first. */
export function targetWords(subject: SubjectEntry): string[] {
  return [...new Set([ANY_TARGET, ...Object.keys(subject.aliases), ...subject.roles, ...subject.nodes])];
}
