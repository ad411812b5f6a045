import type { Subject } from '@ordeal/core';
import type { Supports } from './supports.ts';

/** A subject, and what a campaign file may say of it. Node names, roles and goals are taken from the subject itself. */
export interface SubjectDefinition extends Subject {
  readonly title: string;
  /** General words to its roles: `{ leader: 'primary', follower: 'standby' }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The role that the target `any` is drawn from; absent: every node but the client. */
  readonly anyTarget?: string;
  /** The faults that it is meant for, each with how long after the fault the goal may still break. */
  readonly faults: Supports;
}

/** Names the type. @example defineSubject({ name: 'shop', title: 'Our shop', ... }) */
export function defineSubject(subject: SubjectDefinition): SubjectDefinition {
  return subject;
}
