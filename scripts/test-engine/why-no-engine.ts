import Docker from 'dockerode';
import { isInstalled } from '../is-installed.ts';

const PING_TIMEOUT_MS = 2_000;
const PROGRAMS = ['dockerd', 'containerd', 'iptables', 'setpriv'];

/**
 * Why the tests can have no Docker engine here; undefined when one answers, at `DOCKER_HOST` or the default socket,
 * or when this process can start one of its own.
 */
export async function whyNoEngine(): Promise<string | undefined> {
  if (!isInstalled('mmdebstrap')) return 'mmdebstrap, which makes the test images, is not installed';
  if (await answersAlready()) return undefined;
  if (process.env.DOCKER_HOST) return `the Docker engine at ${process.env.DOCKER_HOST} does not answer`;
  const why = whyNoOwnEngine();
  return why === undefined ? undefined : `no Docker engine answers, and ${why}`;
}

/** Why this process cannot start an engine of its own; undefined when it can. */
export function whyNoOwnEngine(): string | undefined {
  const missing = PROGRAMS.find((program) => !isInstalled(program));
  if (missing !== undefined) return `${missing} is not installed`;
  return process.getuid?.() === 0 ? undefined : 'only root can start one';
}

/** Whether an engine of somebody else's answers, at `DOCKER_HOST` or the default socket. */
export async function answersAlready(): Promise<boolean> {
  try {
    await new Docker({ timeout: PING_TIMEOUT_MS }).ping();
    return true;
  } catch {
    return false;
  }
}
