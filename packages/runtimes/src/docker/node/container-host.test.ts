import { OrdealError } from '@ordeal/core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { createContainerHost } from './container-host.ts';

/** An engine that refuses to pause for these reasons, one after the other, and then does it. */
function pausing(...reasons: string[]): { engine: Engine; asked: () => number } {
  let asked = 0;
  const call = async (what: string): Promise<unknown> => {
    if (what !== 'pause a node') return { State: { Running: true, Paused: false } };
    asked += 1;
    const reason = reasons.shift();
    if (reason === undefined) return undefined;
    throw new OrdealError('TARGET_FAILED', `the engine could not ${what}: ${reason}`);
  };
  return { engine: { call } as Partial<Engine> as Engine, asked: () => asked };
}

function pause(engine: Engine): Promise<void> {
  const { signal } = new AbortController();
  return createContainerHost({ engine, container: 'c', signal, removed: () => {} }).pause('i1');
}

describe('a pause', () => {
  const slipped = 'Cannot pause container c: OCI runtime pause failed: unable to freeze: unknown';

  it('is tried again when processes slipped away from the freezer', async () => {
    const { engine, asked } = pausing(slipped, slipped);
    await pause(engine);
    expect(asked()).toBe(3);
  });

  it('fails when they always do, or at once for any other reason', async () => {
    const always = pausing(...Array.from({ length: 10 }, () => slipped));
    await expect(pause(always.engine)).rejects.toThrow('unable to freeze');
    expect(always.asked()).toBe(6);
    const never = pausing('freezer not supported');
    await expect(pause(never.engine)).rejects.toThrow('freezer not supported');
    expect(never.asked()).toBe(1);
  });
});
