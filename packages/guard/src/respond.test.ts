import { describe, expect, it } from 'vitest';
import { createLineReader } from './lines.ts';
import { PROTOCOL_VERSION } from './protocol.ts';
import { respond } from './respond.ts';
import { createGuardHarness } from './testing/guard-harness.ts';

const line = (value: object): string =>
  JSON.stringify({ v: PROTOCOL_VERSION, id: 7, verb: 'hello', body: {}, ...value });

describe('a line that is no request', () => {
  it.each([
    ['not JSON', 'rubbish', -1, 'not JSON'],
    ['JSON of another kind', '[1]', -1, `speaks version ${PROTOCOL_VERSION}`],
    ['of another version', line({ v: 1 }), 7, `speaks version ${PROTOCOL_VERSION}, not 1`],
    ['without a verb', JSON.stringify({ v: PROTOCOL_VERSION, id: 7 }), 7, 'no request'],
    ['with an unknown verb', line({ verb: 'explode' }), 7, 'no verb explode (must be one of hello, beat'],
    ['with the name of an inherited property', line({ verb: 'toString' }), 7, 'no verb toString'],
    [
      'with a body of the wrong shape',
      line({ verb: 'zero', body: { fence: { trial: 't' } } }),
      7,
      'fence.execution',
    ],
    ['too long', undefined, -1, 'too long'],
  ])('%s is answered with an error', async (_, text, id, message) => {
    await using harness = await createGuardHarness();
    expect(await respond(harness.guard, text)).toEqual({
      v: PROTOCOL_VERSION,
      id,
      ok: false,
      error: { code: 'BAD_INPUT', message: expect.stringContaining(message) },
    });
  });

  it('does not hurt the next one', async () => {
    await using harness = await createGuardHarness();
    await respond(harness.guard, '}');
    expect(await respond(harness.guard, line({}))).toMatchObject({
      id: 7,
      ok: true,
      answer: { guard: 'g1' },
    });
  });
});

describe('lines', () => {
  it('are cut across chunks', () => {
    const lines: (string | undefined)[] = [];
    const read = createLineReader((text) => lines.push(text));
    for (const chunk of ['a', 'b\nc', '\n\n', 'd\ne']) read(chunk);
    expect(lines).toEqual(['ab', 'c', 'd']);
  });

  it('that are endless are dropped, and what follows them is not', () => {
    const lines: (string | undefined)[] = [];
    const read = createLineReader((text) => lines.push(text));
    for (let megabytes = 0; megabytes < 20; megabytes += 1) read('x'.repeat(1_000_000));
    read('end\nnext\n');
    expect(lines).toEqual([undefined, 'next']);
  });
});
