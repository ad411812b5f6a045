import { defaultSettings } from '@ordeal/config';
import { nameFolders } from '@ordeal/place';
import type { Check, DoctorSite, Finding } from './check.ts';
import { runChecks } from './run-checks.ts';

/** A place where nothing is yet. */
export function emptySite(part: Partial<DoctorSite> = {}): DoctorSite {
  return {
    folders: nameFolders('/nonexistent/ordeal-test'),
    databaseUrl: undefined,
    redisUrl: undefined,
    settings: defaultSettings,
    ...part,
  };
}

/** What a check finds there. */
export async function findingsOf(check: Check, site: DoctorSite): Promise<readonly Finding[]> {
  const results = await runChecks([check], site);
  return results.flatMap(({ findings }) => findings);
}

/** Whatever is not well, by id. */
export function problemsIn(findings: readonly Finding[]): string[] {
  return findings.filter(({ level }) => level !== 'ok').map(({ id }) => id);
}

/** What the telling of one thing says: `topic` or `kind`, and whether it is well. */
export function heard<Kind extends string>(
  tell: (say: { ok(topic: string, found: string): void; problem(kind: Kind, found: string): void }) => void,
): { readonly fine: string[]; readonly problems: Kind[] } {
  const fine: string[] = [];
  const problems: Kind[] = [];
  tell({ ok: (topic) => void fine.push(topic), problem: (kind) => void problems.push(kind) });
  return { fine, problems };
}
