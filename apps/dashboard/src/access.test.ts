import { OrdealError } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import { checkAccess } from './access.ts';

const TOKEN = 'correct-horse-battery-staple';

function refusal(host: string, token: string | undefined): OrdealError {
  try {
    checkAccess({ host, token });
  } catch (error) {
    if (error instanceof OrdealError) return error;
  }
  throw new Error('it was let through');
}

describe('where the dashboard may listen', () => {
  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('on %s without a token', (host) => {
    expect(checkAccess({ host, token: '' })).toEqual({ host, isLoopback: true, token: undefined });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'localhost.example'])('on %s with one only', (host) => {
    for (const token of [undefined, '']) {
      expect(refusal(host, token)).toMatchObject({ code: 'BAD_INPUT', exitCode: 2 });
      expect(refusal(host, token).message).toMatch(/ORDEAL_TOKEN must be set/);
    }
    expect(checkAccess({ host, token: TOKEN })).toEqual({ host, isLoopback: false, token: TOKEN });
  });

  it.each(['short', 'has a space in it somewhere', 'ends with a line break\n'])(
    'never with a token like %j, and the message keeps it to itself',
    (token) => {
      for (const host of ['127.0.0.1', '0.0.0.0']) {
        const { code, message } = refusal(host, token);
        expect(code).toBe('BAD_INPUT');
        expect(message).toMatch(/^ORDEAL_TOKEN: /);
        expect(message).not.toContain(token.trim());
      }
    },
  );
});
