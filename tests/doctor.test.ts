import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from './support/world.ts';

interface Diagnosis {
  readonly exitCode: number;
  readonly counts: Record<string, number>;
  readonly findings: readonly { readonly id: string; readonly level: string; readonly found: string }[];
}

let world: World;
beforeAll(async () => {
  world = await openWorld();
  return () => world[Symbol.asyncDispose]();
});

async function diagnose(
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; said: Diagnosis; text: string }> {
  const doctor = world.start(['doctor', '--json'], env);
  const code = await doctor.ended;
  return { code, said: JSON.parse(doctor.output()) as Diagnosis, text: doctor.output() };
}

const levelOf = ({ findings }: Diagnosis, id: string): string | undefined =>
  findings.find((finding) => finding.id === id)?.level;

describe('ordeal doctor', () => {
  it('finds a healthy installation healthy, as JSON and for people, and tells no secret', async () => {
    const { code, said, text } = await diagnose();
    expect({ code, said }).toMatchObject({
      code: 0,
      said: { version: 1, kind: 'doctor', exitCode: 0, counts: { error: 0 } },
    });
    for (const id of [
      'postgres.version',
      'postgres.migrations',
      'queue.server',
      'faults.offered',
      'folders.home',
    ]) {
      expect([id, levelOf(said, id)]).toEqual([id, 'ok']);
    }
    for (const finding of said.findings) {
      const words = finding.level === 'ok' ? null : expect.any(String);
      expect(finding).toEqual({
        id: expect.stringMatching(/^[a-z]+\.[a-z_]+$/),
        level: expect.stringMatching(/^(ok|warning|error)$/),
        found: expect.any(String),
        means: words,
        advice: words,
        isOutage: false,
      });
    }
    const { stdout } = await world.ordeal('doctor');
    expect(stdout).toMatch(/^ {2}ok {7}127\.0\.0\.1:\d+\/ordeal \(embedded, process \d+\)$/m);
    const { password } = JSON.parse(await readFile(join(world.folders.home, 'postgres.json'), 'utf8')) as {
      password: string;
    };
    expect(text + stdout).not.toContain(password);
  });

  it('exits with 1 when there is an error', async () => {
    const secrets = join(world.folders.home, 'postgres.json');
    await chmod(secrets, 0o644);
    try {
      const { code, said } = await diagnose();
      expect([code, said.exitCode, levelOf(said, 'folders.secret_open')]).toEqual([1, 1, 'error']);
    } finally {
      await chmod(secrets, 0o600);
    }
  });

  it('exits with 3 when servers are away, and tells everything else', async () => {
    const { code, said, text } = await diagnose({
      DATABASE_URL: 'postgres://someone:s3cret@127.0.0.1:1/ordeal',
      REDIS_URL: 'redis://someone:s3cret@127.0.0.1:1',
    });
    expect(code).toBe(3);
    for (const id of ['postgres.unreachable', 'queue.unreachable']) expect(levelOf(said, id)).toBe('error');
    for (const id of ['faults.offered', 'leftovers.guard', 'disk.free']) expect(levelOf(said, id)).toBe('ok');
    expect(text).not.toContain('s3cret');
  });

  it('makes and starts nothing where nothing is yet', async () => {
    const home = join(world.folders.home, 'none-yet');
    const { code, said } = await diagnose({ ORDEAL_HOME: home });
    expect(code).toBe(0);
    expect(said.findings[0]?.found).toMatch(/not made yet/);
    expect(existsSync(home)).toBe(false);
  });

  it('sweeps on request only', async () => {
    const swept = await world.ordeal('doctor', '--sweep', '--json');
    expect([swept.code, JSON.parse(swept.stdout)]).toMatchObject([0, { swept: [] }]);
    const refused = await world.ordeal('doctor', '--dry-run');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
  });
});

describe('ordeal schema', () => {
  it('prints the schema that the repository keeps, or writes it where it was typed', async () => {
    const kept = await readFile(new URL('../campaigns/campaign.schema.json', import.meta.url), 'utf8');
    expect(await world.ordeal('schema')).toEqual({ code: 0, stdout: kept, stderr: '' });
    expect((await world.ordeal('schema', '--output', 'mine.json')).code).toBe(0);
    expect(await readFile(join(world.folders.home, 'mine.json'), 'utf8')).toBe(kept);
    expect((await world.ordeal('schema', '--output', 'nowhere/mine.json')).code).toBe(2);
  });
});
