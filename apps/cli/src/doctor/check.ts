import type { Settings } from '@ordeal/config';
import type { Folders } from '@ordeal/place';

/** What is looked at. */
export interface DoctorSite {
  readonly folders: Folders;
  /** Undefined: the embedded server. */
  readonly databaseUrl: string | undefined;
  /** Undefined: the queue lives in Postgres. */
  readonly redisUrl: string | undefined;
  readonly settings: Settings;
  /** What is wrong with the settings file; undefined: nothing. */
  readonly brokenSettings?: string | undefined;
  /** Of Ordeal's tables. Default `ordeal`. */
  readonly schema?: string;
}

/** Something that can be wrong, whatever the case at hand. docs/doctor.md lists every one. */
export interface ProblemKind {
  readonly level: 'warning' | 'error';
  readonly means: string;
  readonly advice: string;
  /** A server is away: the command then exits with 3, as every command would. */
  readonly isOutage?: true;
}

/** One thing that a check has seen. */
export interface Finding {
  /** `postgres.version`: the same name, whether it is well or not. */
  readonly id: string;
  readonly level: 'ok' | ProblemKind['level'];
  readonly found: string;
  /** Null when it is well. */
  readonly means: string | null;
  readonly advice: string | null;
  readonly isOutage: boolean;
}

/** How a check tells what it sees, as soon as it does: what comes later may hang. */
export interface Say<Kind extends string> {
  ok(topic: string, found: string): void;
  problem(kind: Kind, found: string): void;
}

/** One thing that the doctor looks at, with everything that can be wrong with it. */
export interface Check {
  /** First part of the ids of its findings. */
  readonly name: string;
  readonly title: string;
  readonly problems: Readonly<Record<string, ProblemKind>>;
  look(site: DoctorSite, say: Say<string>): Promise<void>;
}

/** A check whose findings are held to the problems that it declares. It reads, and changes nothing. */
export function defineCheck<Kind extends string>(check: {
  readonly name: string;
  readonly title: string;
  readonly problems: Readonly<Record<Kind, ProblemKind>>;
  readonly look: (site: DoctorSite, say: Say<Kind>) => Promise<void>;
}): Check {
  return check;
}
