import { hostname, userInfo } from 'node:os';

/** Who gives this command, for others to ask: `rob@build-7`. */
export function whoTypes(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user without an entry in the passwd file.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
