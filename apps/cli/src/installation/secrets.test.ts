import { describe, expect, it } from 'vitest';
import { withoutSecrets } from './secrets.ts';

const ENV = {
  DATABASE_URL: 'postgres://me:se%22cret-1@db.example/ordeal',
  REDIS_URL: 'redis://:hunter2-hunter2@cache.example:6379',
  ORDEAL_TOKEN: 'correct-horse-battery-staple',
};

describe('text without secrets', () => {
  it.each([
    ['as it is', 'login with se"cret-1 failed'],
    ['as in a URL', 'se%22cret-1'],
    ['as in JSON', JSON.stringify({ error: 'se"cret-1' })],
    ['of Redis', 'AUTH hunter2-hunter2'],
    ['the token', 'Bearer correct-horse-battery-staple'],
    ['of a URL that nobody set', 'cannot open postgres://you:other@elsewhere.example/x'],
    ['of a URL without a user', 'redis://:pw@elsewhere.example'],
  ])('holds none: %s', (_what, text) => {
    const shown = withoutSecrets(text, ENV);
    expect(shown).toContain('[redacted]');
    expect(shown).not.toMatch(/cret-1|hunter2|battery|other|pw/);
  });

  it('is the same text when there is nothing to hide', () => {
    const text =
      '{"msg":"cannot use Postgres at db.example:5432/ordeal","url":"http://127.0.0.1:3000/queues"}';
    expect(withoutSecrets(text, ENV)).toBe(text);
    expect(withoutSecrets(text, { DATABASE_URL: '', ORDEAL_TOKEN: '' })).toBe(text);
  });

  it('is not made unreadable by a short password, which only its URL gives away', () => {
    const env = { DATABASE_URL: 'postgres://me:a@db.example/ordeal' };
    expect(withoutSecrets('a database at postgres://me:a@db.example', env)).toBe(
      'a database at postgres://me:[redacted]@db.example',
    );
  });
});
