import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The engine behind a socket of this machine, over TCP, for whoever has the certificate of a client. */
export interface TlsEngine extends AsyncDisposable {
  /** What the `docker` command would need to reach it. */
  readonly env: Readonly<Record<'DOCKER_HOST' | 'DOCKER_TLS_VERIFY' | 'DOCKER_CERT_PATH', string>>;
}

/** @param path of the engine's socket */
export async function startTlsEngine(path: string): Promise<TlsEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'ordeal-tls-'));
  await makeCertificates(folder);
  const read = (name: string) => readFile(join(folder, name));
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      ca: await read('ca.pem'),
      cert: await read('server-cert.pem'),
      key: await read('server-key.pem'),
      requestCert: true,
    },
    (client) => {
      const engine = connect(path);
      client.pipe(engine).pipe(client);
      for (const [one, other] of [
        [client, engine],
        [engine, client],
      ] as const) {
        sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      }
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As Docker's own manual makes them: an authority, and of it a server's and a client's. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder, timeout: 20_000 });
  const key = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    name,
  ];
  await openssl(
    'req',
    '-x509',
    ...key('ca-key.pem'),
    '-out',
    'ca.pem',
    '-days',
    '1',
    '-subj',
    '/CN=test authority',
  );
  await writeFile(join(folder, 'address'), 'subjectAltName=IP:127.0.0.1\n');
  for (const [name, prefix] of [
    ['server', 'server-'],
    ['client', ''],
  ]) {
    await openssl('req', ...key(`${prefix}key.pem`), '-out', 'request', '-subj', `/CN=${name}`);
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial'];
    const out = ['-out', `${prefix}cert.pem`, '-days', '1', '-extfile', 'address'];
    await openssl('x509', '-req', '-in', 'request', ...authority, ...out);
  }
}
