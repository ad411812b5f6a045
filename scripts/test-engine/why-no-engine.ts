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
  const missing = PROGRAMS.find((program) => !isInstalled(program));
  if (missing !== undefined) return `no Docker engine answers, and ${missing} is not installed`;
  if (process.getuid?.() !== 0) return 'no Docker engine answers, and only root can start one';
  return undefined;
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
