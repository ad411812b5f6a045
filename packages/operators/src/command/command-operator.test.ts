import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engagement, type OperatorEvent, waitFor } from '@ordeal/core';
import { processesMarked } from '@ordeal/place';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandOperator } from './command-operator.ts';

const TOKEN_BYTES = 8;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operator-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const incident: Engagement['incident'] = {
  incident: 'inc-1',
  trial: '7',
  subject: 'postgres',
  runtime: 'process',
  instance: 'i1',
  nodes: [{ name: 'n0', role: 'primary', endpoints: { sql: { host: '127.0.0.1', port: 1 } } }],
};

/** Engages a program; what it tells is in `events`. */
function engage(program: string, more: { deadlineSeconds?: number; settings?: Engagement['settings'] } = {}) {
  const token = Math.random().toString(36).slice(2).padEnd(TOKEN_BYTES, '0');
  const events: OperatorEvent[] = [];
  const stop = new AbortController();
  const { deadlineSeconds, settings = {} } = more;
  const work = (async () => {
    await writeFile(join(folder, 'program.mjs'), program);
    const command = { command: process.execPath, args: ['program.mjs'], deadlineSeconds };
    await commandOperator('me', command, join(folder, 'ordeal.config.ts')).engage({
      incident,
      settings,
      signal: stop.signal,
      tell: (event) => events.push(event),
      openHandles: async () => ({ socket: join(folder, 'sock'), token }),
      // A program gets neither.
      handles: {} as Engagement['handles'],
      backstage: {} as Engagement['backstage'],
    });
  })();
  const processes = () => processesMarked(`ORDEAL_INCIDENT=${token}`);
  return { work, events, stop: () => stop.abort(new Error('stop')), processes };
}

describe('an operator as a program', () => {
  it('reads the incident and its settings, and is heard line by line, in the folder of the settings file', async () => {
    const { work, events } = engage(
      `
      import { readFileSync } from 'node:fs';
      const incident = JSON.parse(readFileSync(0, 'utf8'));
      console.log(JSON.stringify({ event: 'detected' }));
      console.log(JSON.stringify({ event: 'note', incident, cwd: process.cwd() }));
      console.log(JSON.stringify({ event: 'command', command: 'x --fix', node: 'n0', exit_code: 3 }));
      console.log('so far so good');
      process.stdout.write(JSON.stringify({ event: 'claimed_resolved' }));
      console.error('my log');
      process.exitCode = 4;
      `,
      { settings: { model: 'small' } },
    );
    await work;
    expect(events).toEqual([
      { kind: 'detected' },
      { kind: 'note', note: { incident: { ...incident, settings: { model: 'small' } }, cwd: folder } },
      { kind: 'command', command: 'x --fix', node: 'n0', exitCode: 3 },
      { kind: 'note', note: { kind: 'not_an_event', line: 'so far so good' } },
      { kind: 'claimed_resolved' },
      { kind: 'note', note: { kind: 'standard_error', end: 'my log\n' } },
      { kind: 'note', note: { kind: 'ended', how: 4 } },
    ]);
  });

  it('is not shown where Ordeal writes down what it does', async () => {
    process.env.DATABASE_URL = 'postgres://secret';
    process.env.ORDEAL_TOKEN = 'secret';
    try {
      const { work, events } = engage(
        `console.log(JSON.stringify({ event: 'note', names: Object.keys(process.env).filter((name) =>
          /^(DATABASE_URL|REDIS_URL|ORDEAL_)/.test(name)).sort() }));`,
      );
      await work;
      expect(events).toEqual([
        { kind: 'note', note: { names: ['ORDEAL_INCIDENT', 'ORDEAL_NODE', 'ORDEAL_SOCKET'] } },
      ]);
    } finally {
      delete process.env.DATABASE_URL;
      delete process.env.ORDEAL_TOKEN;
    }
  });

  it('is gone when it is stopped, with children that have left it, and though it will not hear', async () => {
    const { work, stop, processes } = engage(`
      import { spawn } from 'node:child_process';
      process.on('SIGTERM', () => {});
      const script = 'setsid sh -c "cd /; sleep 600 & sleep 600" & exit 0';
      spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
      setInterval(() => {}, 1000);
    `);
    await waitFor('program, shell and both sleeps', () => processes().length >= 4 || undefined, {
      timeoutMs: 20_000,
    });
    stop();
    await work;
    expect(processes()).toEqual([]);
  });

  it('leaves nothing behind when it ends by itself', async () => {
    const { work, processes } = engage(`
      import { spawn } from 'node:child_process';
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
      setTimeout(() => process.exit(0), 200);
    `);
    await work;
    expect(processes()).toEqual([]);
  });

  it('is cut off at its deadline, and where it floods us', async () => {
    const late = engage(`setInterval(() => {}, 1000);`, { deadlineSeconds: 1 });
    await late.work;
    expect(late.events).toEqual([{ kind: 'note', note: { kind: 'deadline', seconds: 1 } }]);
    expect(late.processes()).toEqual([]);

    const loud = engage(
      `for (let i = 0; i < 300; i += 1) process.stdout.write('x'.repeat(30_000) + '\\n');`,
      { deadlineSeconds: 20 },
    );
    await loud.work;
    const kinds = loud.events.flatMap((event) => (event.kind === 'note' ? [event.note.kind] : []));
    expect(kinds.filter((kind) => kind === 'not_an_event')).toHaveLength(10);
    expect(kinds).toContain('output_cut');
  });

  it('takes the settings that it declares, with their defaults, and no others', () => {
    const settings = z.strictObject({ model: z.string(), tries: z.int().default(3) });
    const mine = commandOperator('mine', { command: 'x', settings }, undefined);
    expect(mine.checkSettings?.({ model: 'small' })).toEqual({ model: 'small', tries: 3 });
    expect(() => mine.checkSettings?.({ tries: 'many' })).toThrow(
      /settings for the operator mine: model: .*; tries: /,
    );
    const plain = commandOperator('plain', { command: 'x' }, undefined);
    expect(plain.checkSettings?.({})).toEqual({});
    expect(() => plain.checkSettings?.({ model: 'small' })).toThrow(/model/);
  });

  it('says so when it cannot be run', async () => {
    const events: OperatorEvent[] = [];
    await commandOperator('me', { command: '/nonexistent/program' }, undefined).engage({
      incident,
      settings: {},
      signal: new AbortController().signal,
      tell: (event) => events.push(event),
      openHandles: async () => ({ socket: 's', token: `none-${process.pid}` }),
      handles: {} as Engagement['handles'],
      backstage: {} as Engagement['backstage'],
    });
    expect(events).toEqual([
      { kind: 'note', note: { kind: 'ended', how: expect.stringContaining('ENOENT') } },
    ]);
  });
});
