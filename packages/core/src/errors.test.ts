import { describe, expect, it } from 'vitest';
import { describeError, isErrorCode, OrdealError, toOrdealError } from './errors.ts';

describe('an error at an edge', () => {
  it('stays itself when it is one of the table', () => {
    const error = new OrdealError('CONFLICT', 'campaign 3 has ended');
    expect(toOrdealError(error)).toBe(error);
  });

  it('is a bug when nobody foresaw it, and keeps what was thrown', () => {
    const cause = new TypeError('x is not a function');
    const error = toOrdealError(cause);
    expect(error).toMatchObject({ code: 'INTERNAL', cause });
    expect(describeError(error)).toBe('unexpected error: x is not a function');
    expect(toOrdealError('just text')).toMatchObject({ code: 'INTERNAL' });
  });

  it('is no bug when the machine refuses', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(toOrdealError(full)).toMatchObject({ code: 'MACHINE_FAILED', retryable: true });
  });
});

it('is described by all that was tried, when nothing else is said', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:5432`));
  expect(describeError(new Error('no', { cause: new AggregateError(refused) }))).toBe(
    'no: connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
  );
});

it('knows its codes, and no property that every object has', () => {
  expect(isErrorCode('NOT_FOUND')).toBe(true);
  expect(isErrorCode('toString')).toBe(false);
});
