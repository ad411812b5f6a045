import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

interface Service {
  readonly command?: string[];
  readonly environment: Record<string, string>;
  readonly healthcheck?: object;
  readonly [key: string]: unknown;
}

const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<'postgres' | 'redis' | 'dashboard' | 'worker', Service>;
};
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  it('lets workers be scaled: no name, no port, nothing shared', () => {
    for (const fixed of ['container_name', 'hostname', 'ports', 'volumes']) {
      expect(services.worker).not.toHaveProperty(fixed);
    }
  });

  it('gives a worker more time to stop than the 15 s it may take, and reaps what it leaves', () => {
    expect(Number.parseInt(String(services.worker.stop_grace_period), 10)).toBeGreaterThan(15);
    expect(services.worker.init).toBe(true);
  });

  it('runs a Redis that neither forgets at a restart nor throws jobs away', () => {
    const command = services.redis.command?.join(' ');
    expect(command).toMatch(/--appendonly yes/);
    expect(command).toMatch(/--maxmemory-policy noeviction/);
  });

  it('publishes the dashboard on loopback alone, and nothing else, and not without a token', () => {
    const published = Object.values(services).flatMap(({ ports }) => ports ?? []);
    expect(published).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    expect(services.dashboard.environment.ORDEAL_TOKEN).toMatch(/^\$\{ORDEAL_TOKEN:\?.+\}$/);
    expect(services.dashboard.command).toEqual(expect.arrayContaining(['--host', '0.0.0.0']));
  });

  it('hands every part the same servers, once they are healthy', () => {
    for (const name of ['dashboard', 'worker'] as const) {
      const { environment, depends_on } = services[name];
      expect(environment.DATABASE_URL).toContain(services.postgres.environment.POSTGRES_PASSWORD);
      expect(environment.REDIS_URL).toContain(services.redis.environment.REDISCLI_AUTH);
      expect(Object.keys(depends_on as object)).toEqual(['postgres', 'redis']);
    }
    for (const name of ['postgres', 'redis', 'dashboard'] as const) {
      expect(services[name]).toHaveProperty('healthcheck');
    }
  });
});

describe('the Dockerfile', () => {
  it('brings the Node and the pnpm that everything here is tested with', () => {
    const { catalog } = parse(read('pnpm-workspace.yaml')) as { catalog: Record<string, string> };
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
    expect(dockerfile).toContain(`ARG NODE_VERSION=${catalog.node}\n`);
    expect(new Set(dockerfile.match(/pnpm@\S+/g))).toEqual(new Set([packageManager]));
  });

  it('runs node itself, unprivileged, on what the lock file says', () => {
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node", "apps\/cli\/src\/main\.ts"\]$/m);
    expect(dockerfile.lastIndexOf('\nUSER node')).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM '));
    expect(dockerfile).toMatch(/install .*--frozen-lockfile --prod/);
  });
});
