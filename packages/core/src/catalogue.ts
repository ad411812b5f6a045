import type { z } from 'zod';
import type { FaultKind, Goal, JsonObject, RuntimeName } from './words.ts';

/** What exists, as data, apart from implementations: campaign files are validated against it. */
export interface Catalogue {
  readonly subjects: Readonly<Record<string, SubjectEntry>>;
  readonly faults: Readonly<Record<string, FaultEntry>>;
}

export interface SubjectEntry {
  readonly name: string;
  readonly title: string;
  /** The first is the default. */
  readonly runtimes: readonly RuntimeName[];
  /** The goals it can measure; the first is the default. */
  readonly goals: readonly Goal[];
  /** Its own role names; `client` is never among them. */
  readonly roles: readonly string[];
  /** General words to its roles: `{ leader: 'primary', follower: 'standby' }`. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly nodes: readonly string[];
  /** The role that the target `any` is drawn from; absent: every node but the client. */
  readonly anyTarget?: string | undefined;
  /** Which faults it supports, on which runtimes, and how long after the fault the goal may still break. */
  readonly faults: Readonly<Record<string, SupportedFault>>;
}

export interface SupportedFault {
  readonly runtimes: readonly RuntimeName[];
  readonly horizonSeconds: number;
}

export interface FaultEntry {
  readonly type: string;
  readonly title: string;
  /** Fixed, or decided by the value of one parameter (a killed node may be meant to stay down). */
  readonly kind: FaultKind | FaultKindByParam;
  readonly params: z.ZodType<JsonObject>;
  /** Runtimes that cannot do it to any subject, each with the reason, in words that fit behind "because". */
  readonly impossibleOn?: Readonly<Partial<Record<RuntimeName, string>>>;
}

/** Which kind a fault is with each value of the parameter: plain data, so that a worker can publish it. */
export interface FaultKindByParam {
  readonly param: string;
  readonly kinds: Readonly<Record<string, FaultKind>>;
}
