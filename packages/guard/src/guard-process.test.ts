import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_TIMING, monotonicMs, type Runtime, waitFor } from '@ordeal/core';
import { isAlive, processesIn, signalProcess } from '@ordeal/place';
import { describe, expect, it } from 'vitest';
import type { GuardClient } from './client/guard-client.ts';
import { leaveFarewell, readFarewells } from './journal/farewell.ts';
import { guardFolder, guardsFolder } from './journal/guard-folder.ts';
import { sweepGuards } from './journal/sweep.ts';
import { PROTOCOL_VERSION } from './protocol.ts';
import { planOf } from './testing/fault-double.ts';
import { QUICK_TIMING, RealGuards } from './testing/real-guard.ts';
import { RuntimeDouble } from './testing/runtime-double.ts';

const fence = { trial: 't1', execution: 1 };
const soon = { timeoutMs: 10_000 };

async function inject(client: GuardClient): Promise<void> {
  await client.ask('start', { fence, subject: 'double', runtime: 'process' }, soon);
  await client.ask('apply', { fence, plan: planOf('x'), activeWithinMs: 5_000 }, soon);
}

/** Removing what it has takes ten times what it has for an undo. */
async function startOnSlowEngine(guards: RealGuards): Promise<GuardClient> {
  const timing = { ...QUICK_TIMING, undoMs: 500 };
  const client = await guards.spawn({ timing, env: { GUARD_REMOVAL_MS: '5000' } });
  await client.ask('start', { fence, subject: 'double', runtime: 'process' }, soon);
  return client;
}

function until(what: string, isSo: () => boolean, timeoutMs = 10_000): Promise<true> {
  return waitFor(what, () => isSo() || undefined, { timeoutMs });
}

describe('a guard process', () => {
  it('says who it is, tells its time, and leaves nothing behind when its line ends', async () => {
    await using guards = await RealGuards.create();
    const client = await guards.spawn();
    expect(isAlive(client.identity)).toBe(true);
    expect(client.recovered).toEqual([]);
    const { guardMs } = client.lastTick;
    await until('a tick', () => client.lastTick.guardMs > guardMs);
    await inject(client);
    expect(guards.nodes()).not.toEqual([]);
    await client.close();
    expect(await client.closed).toContain('the worker closed the line');
    expect(guards.acts()).toEqual(['start t1#1', 'apply x', 'undo x', 'remove t1#1']);
    expect(guards.guardFolders()).toEqual([]);
    await expect(client.ask('zero', { fence }, soon)).rejects.toMatchObject({ code: 'GUARD_LOST' });
  });

  it('is in a session of its own and deaf to Ctrl+C; SIGTERM makes it undo and go', async () => {
    await using guards = await RealGuards.create();
    const client = await guards.spawn();
    await inject(client);
    signalProcess(client.identity, 'SIGINT');
    signalProcess(client.identity, 'SIGHUP');
    const { guardMs } = client.lastTick;
    await until('a tick', () => client.lastTick.guardMs > guardMs + 300);
    signalProcess(client.identity, 'SIGTERM');
    expect(await client.closed).toContain('the guard exited (code 0)');
    expect(guards.acts()).toContain('undo x');
    expect(guards.guardFolders()).toEqual([]);
  });

  it('undoes and goes within the budget when its worker is killed', async () => {
    await using guards = await RealGuards.create();
    const worker = await guards.spawnWorker();
    const killedMs = monotonicMs();
    worker.process.kill('SIGKILL');
    await until('the guard is gone', () => !isAlive(worker.guard));
    expect(monotonicMs() - killedMs).toBeLessThan(DEFAULT_TIMING.undoMs);
    expect(guards.acts()).toEqual(['start t1#1', 'apply x', 'undo x', 'remove t1#1']);
    expect(guards.guardFolders()).toEqual([]);
    expect(await readFarewells(guards.folders)).toMatchObject([
      {
        ...fence,
        by: 'guard',
        reason: 'the worker closed the line',
        injections: [{ injection: 'x', state: 'gone' }],
      },
    ]);
  });

  it('undoes and removes when its worker is frozen, though nothing closed', async () => {
    await using guards = await RealGuards.create();
    const worker = await guards.spawnWorker();
    // Longer than the lease: beats keep it.
    await delay(2_500);
    expect(guards.acts()).not.toContain('undo x');
    worker.process.kill('SIGSTOP');
    await until('the instance is removed', () => guards.acts().includes('remove t1#1'));
    expect(guards.acts().slice(-2)).toEqual(['undo x', 'remove t1#1']);
    expect(guards.nodes()).toEqual([]);
    expect(isAlive(worker.guard)).toBe(true);
    worker.process.kill('SIGKILL');
    await until('the guard is gone', () => !isAlive(worker.guard));
  });

  it('is not stopped by a worker that does not read', async () => {
    await using guards = await RealGuards.create();
    const guard = guards.spawnUnread();
    const say = (verb: string, body: object): void => {
      guard.stdin?.write(`${JSON.stringify({ v: PROTOCOL_VERSION, id: 1, verb, body })}\n`);
    };
    // Answers that nobody reads: far more than the pipe takes.
    for (let count = 0; count < 10_000; count += 1) say('explode', {});
    say('start', { fence, subject: 'double', runtime: 'process' });
    await until('the instance is there', () => guards.acts().includes('start t1#1'));
    await until('the lease ran out', () => guards.acts().includes('remove t1#1'));
    expect(guard.exitCode).toBeNull();
    guard.stdin?.end();
    await until('the guard is gone', () => guard.exitCode !== null);
    expect(guard.exitCode).toBe(0);
  });

  it('that is closed while its engine is slow goes on to the end, and leaves nothing', async () => {
    await using guards = await RealGuards.create();
    const client = await startOnSlowEngine(guards);
    const fromMs = monotonicMs();
    await client.close();
    expect(monotonicMs() - fromMs).toBeLessThan(4_000);
    expect(isAlive(client.identity)).toBe(true);
    await until('the guard is gone', () => !isAlive(client.identity));
    expect(guards.acts()).toContain('remove t1#1');
    expect(guards.guardFolders()).toEqual([]);
  });

  it('that is told to go while its engine is slow leaves the rest to the successor its worker waits for', async () => {
    await using guards = await RealGuards.create();
    const client = await startOnSlowEngine(guards);
    const fromMs = monotonicMs();
    signalProcess(client.identity, 'SIGTERM');
    expect(await client.closed).toContain('the guard exited (code 1)');
    expect(monotonicMs() - fromMs).toBeLessThan(3_000);
    const successor = await guards.spawn();
    expect(successor.recovered).toMatchObject([{ ...fence, clean: true }]);
    expect(guards.nodes()).toEqual([]);
  });

  it('that was killed is cleaned up after by its successor, before that takes work', async () => {
    await using guards = await RealGuards.create();
    const client = await guards.spawn();
    await inject(client);
    const asked = client.ask('steady', { fence, settleMs: 60_000, budgetMs: 60_000 }, { timeoutMs: 60_000 });
    const lost = expect(asked).rejects.toMatchObject({
      code: 'GUARD_LOST',
      message: expect.stringContaining('guard.log'),
    });
    signalProcess(client.identity, 'SIGKILL');
    // Whichever is noticed first: its end, or that it takes the question no more.
    expect(await client.closed).toMatch(/SIGKILL|EPIPE/);
    await lost;
    expect(guards.nodes()).not.toEqual([]);
    const successor = await guards.spawn();
    expect(successor.recovered).toEqual([{ trial: 't1', execution: 1, injections: ['x'], clean: true }]);
    expect(await readFarewells(guards.folders)).toMatchObject([
      { ...fence, by: 'successor', injections: [{ injection: 'x', state: 'unproven' }] },
    ]);
    expect(guards.nodes()).toEqual([]);
    expect(guards.guardFolders()).toEqual([successor.guard]);
  });

  it('that was killed behind an undo is told of by its successor: nobody may have heard that the fault is gone', async () => {
    await using guards = await RealGuards.create();
    const client = await guards.spawn();
    await inject(client);
    await client.ask('undo', { fence, injection: 'x', goneWithinMs: 5_000 }, soon);
    const { journal } = guardFolder(join(guardsFolder(guards.folders), client.guard));
    await until('it is in the journal', () => readFileSync(journal, 'utf8').includes('"gone"'));
    signalProcess(client.identity, 'SIGKILL');
    await client.closed;
    const successor = await guards.spawn();
    expect(successor.recovered).toEqual([{ ...fence, injections: [], clean: true }]);
    expect(await readFarewells(guards.folders)).toMatchObject([
      { ...fence, by: 'successor', injections: [{ injection: 'x', state: 'gone' }] },
    ]);
  });

  it('that undid a fault itself has the word, though its successor had to remove the rest', async () => {
    await using guards = await RealGuards.create();
    const client = await guards.spawn({ env: { GUARD_REMOVAL_MS: '3600000' } });
    await inject(client);
    // When its lease runs out. It leaves word once the instance is removed, which takes too long: what it would say then.
    await until('it undoes', () => guards.acts().includes('undo x'));
    const word = {
      ...fence,
      at: new Date().toISOString(),
      by: 'guard' as const,
      reason: 'its lease ran out',
    };
    await leaveFarewell(guards.folders, { ...word, injections: [{ injection: 'x', state: 'gone' }] });
    signalProcess(client.identity, 'SIGKILL');
    await client.closed;
    const successor = await guards.spawn();
    expect(successor.recovered).toMatchObject([{ ...fence, clean: true }]);
    expect(await readFarewells(guards.folders)).toMatchObject([word]);
  });

  it('that is frozen counts as lost, and undoes nothing of its successor when it wakes', async () => {
    await using guards = await RealGuards.create();
    const client = await guards.spawn();
    await inject(client);
    signalProcess(client.identity, 'SIGSTOP');
    expect(await client.closed).toContain('said nothing');
    const [successor] = await Promise.all([guards.spawn(), client.kill()]);
    expect(isAlive(client.identity)).toBe(false);
    expect(isAlive(successor.identity)).toBe(true);
  });

  it('that was frozen past the lease finds it run out when it wakes, whatever waits in its pipe', async () => {
    await using guards = await RealGuards.create();
    const worker = await guards.spawnWorker();
    signalProcess(worker.guard, 'SIGSTOP');
    // The worker beats on, into the pipe; then it may not close the line, which would end everything anyhow.
    await delay(1_200);
    worker.process.kill('SIGSTOP');
    await delay(1_200);
    const wokenMs = monotonicMs();
    signalProcess(worker.guard, 'SIGCONT');
    await until('the instance is removed', () => guards.acts().includes('remove t1#1'));
    expect(monotonicMs() - wokenMs).toBeLessThan(QUICK_TIMING.guardLeaseMs);
  });

  it('that cannot start says why', async () => {
    await using guards = await RealGuards.create();
    const broken = guards.spawn({ env: { ORDEAL_FAULT_POINTS: 'no-such-point' } });
    await expect(broken).rejects.toMatchObject({
      code: 'GUARD_LOST',
      message: expect.stringContaining('there is no fault point no-such-point'),
    });
    expect(guards.guardFolders()).toEqual([]);
  });
});

describe('sweeping', () => {
  it('does not touch living guards, and two sweepers share the dead', async () => {
    await using guards = await RealGuards.create();
    const [dead, alive] = await Promise.all([guards.spawn(), guards.spawn()]);
    await Promise.all([inject(dead), inject(alive)]);
    await dead.kill();
    const acts: string[] = [];
    const runtime = new RuntimeDouble((act) => acts.push(act));
    const { removeLeftovers } = runtime;
    runtime.removeLeftovers = async (label) => (await delay(500)) ?? removeLeftovers.call(runtime, label);
    const sweeps = [1, 2, 3].map(async () => {
      const recovered = await sweepGuards(guards.folders, guards.home([runtime]));
      expect(acts, 'nobody goes on before it is done').toEqual(['leftovers t1#1']);
      return recovered;
    });
    const swept = await Promise.all(sweeps);
    expect(swept.flat()).toEqual([{ trial: 't1', execution: 1, injections: ['x'], clean: true }]);
    expect(acts).toEqual(['leftovers t1#1']);
    expect(guards.guardFolders()).toEqual([alive.guard]);
    expect(await alive.ask('look', { fence }, soon)).toMatchObject({ state: { nodes: 1 } });
  });

  it('keeps what it could not clean for the next sweep', async () => {
    await using guards = await RealGuards.create();
    const dead = await guards.spawn();
    await inject(dead);
    await dead.kill();
    const stubborn = new RuntimeDouble(() => {});
    stubborn.removeLeftovers = async () => false;
    expect(await sweepGuards(guards.folders, guards.home([stubborn]))).toMatchObject([{ clean: false }]);
    const willing = new RuntimeDouble(() => {});
    expect(await sweepGuards(guards.folders, guards.home([willing]))).toMatchObject([{ clean: true }]);
    expect(guards.guardFolders()).toEqual([]);
  });

  it('is done by guards that live, too: nobody has to start', async () => {
    await using guards = await RealGuards.create();
    const [dead, alive] = await Promise.all([guards.spawn(), guards.spawn()]);
    await inject(dead);
    const nodes = guards.nodes();
    await dead.kill();
    await until(
      'the dead guard is cleaned up after',
      () => !guards.guardFolders().includes(dead.guard),
      20_000,
    );
    expect(nodes.filter(isAlive)).toEqual([]);
    expect(guards.guardFolders()).toEqual([alive.guard]);
    expect(guards.acts()).toContain('leftovers t1#1');
    expect(await readFarewells(guards.folders)).toMatchObject([{ ...fence, by: 'successor' }]);
  });

  it('finds what no journal knows; what a living guard has made is its own, journal or not', async () => {
    await using guards = await RealGuards.create();
    const parent = join(guards.folders.data, 'guards');
    const [dead, alive, bereft] = await Promise.all([guards.spawn(), guards.spawn(), guards.spawn()]);
    await Promise.all([dead, alive, bereft].map(inject));
    await dead.kill();
    const [strays = [], ...living] = [dead, alive, bereft].map(({ guard }) =>
      processesIn(join(parent, guard, 'instances')),
    );
    for (const { guard } of [dead, bereft]) await rm(join(parent, guard), { recursive: true });
    for (const folder of ['g0000000a/instances', 'mine']) {
      await mkdir(join(parent, folder), { recursive: true });
    }
    const beside = spawn('sleep', ['60'], { cwd: parent, stdio: 'ignore' });
    const removed: string[] = [];
    const engine: Runtime = {
      name: 'docker',
      start: () => Promise.reject(new Error('nothing is started here')),
      removeLeftovers: async ({ instance }) => removed.push(instance) > 0,
    };
    const makers = [dead.guard, alive.guard, bereft.guard, 'g0000000b', '..'];
    const labelled = makers.map((guard) => ({ ...fence, instance: `of-${guard}`, guard }));
    const home = guards.home([new RuntimeDouble(() => {}), engine], labelled);

    const left = { ...fence, injections: [], clean: true };
    const unknown = { ...left, trial: 'unknown', execution: 0 };
    const swept = await sweepGuards(guards.folders, home);
    expect(swept.toSorted((one, other) => one.execution - other.execution)).toEqual([unknown, left, left]);
    expect(removed.sort()).toEqual([`of-${dead.guard}`, 'of-g0000000b'].sort());
    expect(strays.concat(...living).filter(isAlive)).toEqual(living.flat());
    expect([strays.length, living.flat().length]).toEqual([1, 2]);
    expect(guards.guardFolders().sort()).toEqual([alive.guard, 'mine'].sort());
    expect(beside.exitCode ?? beside.signalCode).toBeNull();
    for (const client of [alive, bereft]) {
      expect(await client.ask('look', { fence }, soon)).toMatchObject({ state: { nodes: 1 } });
    }
  });
});
