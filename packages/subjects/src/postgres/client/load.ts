import type { LoadLine } from '@ordeal/core';
import { describeFailure } from '../../describe-failure.ts';
import { createConnectionPool } from './connection-pool.ts';
import type { ClientOptions } from './options.ts';
import type { Report } from './report.ts';

/** Ten writes and ten reads a second: a ratio over two seconds has 20 of each, and ten clients fit on two cores. */
const EVERY_MS = 100;
/** As long as an impatient caller waits. */
const DEADLINE_MS = 1_000;
/** A read leaves a standby that does not answer while there is time to ask the others. */
const READ_ATTEMPT_MS = 300;

/**
 * An open loop: operations start by the clock, whether or not earlier ones have ended, as callers do. In a
 * closed loop a hung database would get one slow operation to its name instead of ten a second.
 */
export function startLoad(options: ClientOptions, report: Report): void {
  const primary = createConnectionPool(options.primary);
  const standbys = options.standbys.map((address) => createConnectionPool(address));

  // A client that was started again must not repeat a number of its earlier life. It uses ten a second and the
  // clock makes a thousand, so the clock is always ahead.
  let number = Date.now();
  const write = async (signal: AbortSignal) => {
    const value = number++;
    await primary.query('insert into load_number (number) values ($1)', [value], signal);
    return { ack: value };
  };

  let turn = 0;
  const read = async (signal: AbortSignal) => {
    const first = turn++ % Math.max(1, standbys.length);
    const order = [...standbys.slice(first), ...standbys.slice(0, first), primary];
    const failures: string[] = [];
    for (const [index, server] of order.entries()) {
      const last = index === order.length - 1;
      const budget = last ? signal : AbortSignal.any([signal, AbortSignal.timeout(READ_ATTEMPT_MS)]);
      try {
        await server.query('select max(number) from load_number', [], budget);
        return {};
      } catch (error) {
        failures.push(describeFailure(error));
      }
    }
    throw new Error([...new Set(failures)].join('; '));
  };

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
    void run('write', write);
    void run('read', read);
  };
  setInterval(tick, EVERY_MS);
  tick();
}
