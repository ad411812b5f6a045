import type { LoadLine } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import type { Report } from './report.ts';

/** Ten writes and ten reads a second: a ratio over two seconds has 20 of each, and ten clients fit on two cores. */
const EVERY_MS = 100;
/** As long as an impatient caller waits. */
const DEADLINE_MS = 1_000;

export interface LoadOperations {
  /** Writes a number that no other write has; resolves when the subject has acknowledged it. */
  readonly write: (number: number, signal: AbortSignal) => Promise<unknown>;
  readonly read: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * An open loop: operations start by the clock, whether or not earlier ones have ended, as callers do. In a
 * closed loop a hung database would get one slow operation to its name instead of ten a second.
 */
export function startOpenLoop({ write, read }: LoadOperations, report: Report): void {
  // A client that was started again must not repeat a number of its earlier life. It uses ten a second and the machine's
  // monotonic clock makes a thousand, so that is always ahead; a wall clock can be set back.
  let number = Number(process.hrtime.bigint() / 1_000_000n);

  const run = async (op: LoadLine['op'], operation: (signal: AbortSignal) => Promise<{ ack?: number }>) => {
    const started = performance.now();
    const ms = () => Math.round((performance.now() - started) * 10) / 10;
    try {
      const done = await operation(AbortSignal.timeout(DEADLINE_MS));
      report({ op, ok: true, ms: ms(), ...done });
    } catch (error) {
      report({ op, ok: false, ms: ms(), error: describeFailure(error) });
    }
  };

  const tick = () => {
    const ack = number++;
    void run('write', async (signal) => {
      await write(ack, signal);
      return { ack };
    });
    void run('read', async (signal) => {
      await read(signal);
      return {};
    });
  };
  setInterval(tick, EVERY_MS);
  tick();
}
