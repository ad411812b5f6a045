import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TIMING, monotonicMs, readFaultPoints, type Timing, waitFor } from '@ordeal/core';
import type { GuardParts } from '../execution-parts.ts';
import { Guard } from '../guard.ts';
import type { JournalEntry } from '../journal/entries.ts';
import type { Farewell } from '../journal/farewell.ts';
import { HandleServer } from '../operator/handle-server.ts';
import type { Fence, GuardEvent } from '../protocol.ts';
import { faultDouble } from './fault-double.ts';
import { RuntimeDouble } from './runtime-double.ts';
import { subjectDouble } from './subject-double.ts';

export interface GuardHarness extends AsyncDisposable {
  readonly guard: Guard;
  readonly runtime: RuntimeDouble;
  readonly events: GuardEvent[];
  readonly farewells: Farewell[];
  /** What the doubles did, and what the journal was told, in order. */
  readonly acts: string[];
  /** Moves the guard's clock on: as if it, and nobody else, had slept. */
  sleep(ms: number): void;
  nowMs(): number;
  /** Ticks until the guard has told such an event. */
  told<E extends GuardEvent['event']>(
    event: E,
    is?: (event: Extract<GuardEvent, { event: E }>) => boolean,
  ): Promise<Extract<GuardEvent, { event: E }>>;
  start(fence: Fence): Promise<void>;
  /** Started, and serving and whole. */
  steady(fence: Fence): Promise<void>;
}

/** A guard in this process, with test doubles for all that it works with and a clock that can be moved on. */
export async function createGuardHarness({
  hasLoad = true,
  ...options
}: Partial<GuardParts> & { timing?: Timing; hasLoad?: boolean } = {}): Promise<GuardHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'guard-'));
  const acts: string[] = [];
  const events: GuardEvent[] = [];
  const farewells: Farewell[] = [];
  const record = (act: string): number => acts.push(act);
  let sleptMs = 0;
  const nowMs = (): number => monotonicMs() + sleptMs;
  const runtime = new RuntimeDouble(record);
  const fault = faultDouble(record);
  const subject = subjectDouble(runtime, hasLoad);
  const guard = new Guard({
    guard: 'g1',
    identity: '1@1',
    instancesFolder: folder,
    runtimeOf: (name) => (name === 'process' ? runtime : undefined),
    repertoire: {
      subjectOf: (name) => (name === subject.name ? subject : undefined),
      faultOf: (type) => (type === fault.type ? fault : undefined),
    },
    operatorOf: () => undefined,
    handleServer: new HandleServer(join(folder, 'handles.sock')),
    monotonicMs: nowMs,
    timing: DEFAULT_TIMING,
    faultPoints: readFaultPoints({}),
    journal: {
      write: async (entry) => void record(journaled(entry)),
      note: (entry) => void record(journaled(entry)),
      close: async () => {},
    },
    send: (event) => events.push(event),
    forgetFarewell: async () => {},
    readLeft: async () => ({ held: [], farewells: [...farewells] }),
    leaveFarewell: async (farewell) => void farewells.push(farewell),
    log: () => {},
    ...options,
  });
  const ticking = setInterval(() => guard.tick(), 20);
  const start = async (fence: Fence): Promise<void> => {
    await guard.ask('start', { fence, subject: 'double', runtime: 'process' });
  };
  return {
    guard,
    runtime,
    events,
    farewells,
    acts,
    nowMs,
    sleep: (ms) => {
      sleptMs += ms;
    },
    told: (name, is = () => true) =>
      waitFor(
        `the guard tells ${name}`,
        () =>
          events
            .filter((event): event is Extract<GuardEvent, { event: typeof name }> => event.event === name)
            .find(is),
        { timeoutMs: 5_000, everyMs: 10 },
      ),
    start,
    async steady(fence) {
      await start(fence);
      const { steady, detail } = await guard.ask('steady', { fence, settleMs: 100, budgetMs: 5_000 });
      if (!steady) throw new Error(detail);
    },
    async [Symbol.asyncDispose]() {
      await guard.shutDown('the test is over');
      clearInterval(ticking);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function journaled(entry: JournalEntry): string {
  if (entry.kind === 'state') return `journal ${entry.state} ${entry.injection}`;
  return entry.kind === 'plan' ? `journal plan ${entry.injection}` : `journal ${entry.kind}`;
}
