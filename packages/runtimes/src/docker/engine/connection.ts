import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';

const TLS_PORT = '2376';

/** What engines are addressed by, read as the `docker` command reads it. */
export interface EngineEnv {
  readonly DOCKER_HOST?: string | undefined;
  /** Not empty: over TLS, each side proving who it is. */
  readonly DOCKER_TLS_VERIFY?: string | undefined;
  /** The folder of `ca.pem`, `cert.pem` and `key.pem`; default: `~/.docker`. */
  readonly DOCKER_CERT_PATH?: string | undefined;
}

/** Reached over the network, and not through a socket of this machine. */
export function isRemoteAddress(address: string): boolean {
  return /^(tcp|https?|ssh):/.test(address);
}

/**
 * For the engine's client. Said outright, or what DOCKER_HOST says would be mixed in.
 * @param address `unix:///path` or `tcp://host:port`; default: what DOCKER_HOST says
 * @returns undefined for what the client finds by itself: the default socket, ssh
 */
export function connectionTo(
  address: string | undefined,
  env: EngineEnv = process.env,
): Docker.DockerOptions | undefined {
  const named = address ?? env.DOCKER_HOST;
  if (!named || !/^(unix|tcp|https?):/.test(named)) return undefined;
  const url = new URL(named);
  if (url.protocol === 'unix:') return { socketPath: url.pathname, host: undefined, port: undefined };
  const host = { host: url.hostname, port: url.port || undefined };
  const isSecure = url.protocol === 'https:' || url.port === TLS_PORT || Boolean(env.DOCKER_TLS_VERIFY);
  return isSecure ? { ...host, protocol: 'https', ...certificates(env) } : { ...host, protocol: 'http' };
}

function certificates(env: EngineEnv): Pick<Docker.DockerOptions, 'ca' | 'cert' | 'key'> {
  const folder = env.DOCKER_CERT_PATH || join(homedir(), '.docker');
  const read = (name: string) => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
