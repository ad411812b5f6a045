import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectionTo } from './connection.ts';

it('takes what the settings say over what DOCKER_HOST says', () => {
  const env = { DOCKER_HOST: 'tcp://10.0.0.7:2375' };
  expect(connectionTo('unix:///run/engine.sock', env)).toMatchObject({ socketPath: '/run/engine.sock' });
  expect(connectionTo(undefined, env)).toEqual({ host: '10.0.0.7', port: '2375', protocol: 'http' });
});

it('leaves the default socket, and what is reached over ssh, to the client', () => {
  expect(connectionTo(undefined, {})).toBeUndefined();
  expect(connectionTo(undefined, { DOCKER_HOST: '' })).toBeUndefined();
  expect(connectionTo(undefined, { DOCKER_HOST: 'ssh://box' })).toBeUndefined();
});

it('speaks TLS, with the certificates of DOCKER_CERT_PATH, where the docker command does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-certificates-'));
  try {
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), name);
    const pem = { ca: Buffer.from('ca'), cert: Buffer.from('cert'), key: Buffer.from('key') };
    const env = { DOCKER_CERT_PATH: folder };
    const secure = (port: string) => ({ host: 'box', port, protocol: 'https', ...pem });
    expect(connectionTo('tcp://box:2376', env)).toEqual(secure('2376'));
    expect(connectionTo('tcp://box:4711', { ...env, DOCKER_TLS_VERIFY: '1' })).toEqual(secure('4711'));
    expect(connectionTo('tcp://box:2375', env)).toEqual({ host: 'box', port: '2375', protocol: 'http' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
