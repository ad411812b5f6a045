import { readFileSync } from 'node:fs';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

let found: User | undefined;

/** The user that servers run as when we are root, because Postgres refuses root; undefined when we are not root. */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  found ??= readNobody();
  return found;
}

function readNobody(): User {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  // 65534 is what Linux distributions give nobody; a missing entry is rare (a hand-made container).
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}
