import type { Subject } from '@ordeal/core';
import { etcd } from './etcd/subject.ts';
import { postgres } from './postgres/subject.ts';
import { redis } from './redis/subject.ts';
import { tikv } from './tikv/subject.ts';

/** Every subject that this build brings. */
export const subjects: readonly Subject[] = [postgres, etcd, redis, tikv];

/** The built-in subject of that name, or undefined: names come from campaign files and are looked up, never run. */
export function subjectOf(name: string): Subject | undefined {
  return subjects.find((subject) => subject.name === name);
}
