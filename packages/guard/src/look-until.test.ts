import { monotonicMs } from '@ordeal/core';
import { expect, it } from 'vitest';
import { lookUntil } from './look-until.ts';

const { signal } = new AbortController();

it('tells what the last look saw that had the time it takes, not that the end cut one short', async () => {
  let looks = 0;
  const look = async (ended: AbortSignal) => {
    looks += 1;
    if (looks > 1)
      await new Promise((_, reject) => ended.addEventListener('abort', () => reject(ended.reason)));
    return { holds: false, evidence: { medianMs: 3 } };
  };
  expect(await lookUntil(look, { withinMs: 400, signal, monotonicMs })).toEqual({
    finding: { holds: false, evidence: { medianMs: 3 } },
    seenMs: null,
  });
  expect(looks).toBe(2);
});

it('tells what went wrong when no look came to an end', async () => {
  const look = (ended: AbortSignal) =>
    new Promise<never>((_, reject) => ended.addEventListener('abort', () => reject(ended.reason)));
  const { finding, seenMs } = await lookUntil(look, { withinMs: 200, signal, monotonicMs });
  expect(seenMs).toBeNull();
  expect(finding.evidence.error).toContain('a look: not within');
});
