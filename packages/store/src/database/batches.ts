import { monotonicMs, OrdealError } from '@ordeal/core';
import { isUnavailable } from './connect.ts';

/** Calls in one run at most: it bounds how long a lock is held and a statement's text. */
const MOST = 100;

interface Call<Item, Answer> {
  readonly item: Item;
  readonly sinceMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one function of many calls: those that come while a run is under way go into the next run together, and share
 * its round trips and its commit. Nobody waits for more to come: an idle lane runs what one turn of the event loop
 * brings. A lane's runs follow one another; lanes do not wait for each other.
 *
 * A run that fails for another reason than an outage is repeated call by call, so that each gets its own answer.
 * @param run answers in the order of its items; all or nothing
 * @param patienceMs a call that has waited for longer than this is not made any more: its caller has left
 */
export function inBatches<Item, Answer>(
  laneOf: (item: Item) => string,
  run: (items: readonly Item[], lane: string) => Promise<readonly Answer[]>,
  patienceMs: number,
): (item: Item) => Promise<Answer> {
  const lanes = new Map<string, Call<Item, Answer>[]>();

  async function runAll(calls: readonly Call<Item, Answer>[], lane: string): Promise<void> {
    try {
      const answers = await run(
        calls.map(({ item }) => item),
        lane,
      );
      // In order and of the same number: the cast says what the type cannot.
      calls.forEach(({ resolve }, index) => void resolve(answers[index] as Answer));
    } catch (error) {
      if (calls.length === 1 || isOutage(error)) for (const { reject } of calls) reject(error);
      else for (const call of calls) await runAll([call], lane);
    }
  }

  async function drain(waiting: Call<Item, Answer>[], lane: string): Promise<void> {
    while (waiting.length > 0) {
      const [late, wanted] = partition(
        waiting.splice(0, MOST),
        ({ sinceMs }) => sinceMs + patienceMs < monotonicMs(),
      );
      for (const { reject } of late)
        reject(new OrdealError('DEADLINE', 'the calls before this one took too long'));
      if (wanted.length > 0) await runAll(wanted, lane);
    }
    lanes.delete(lane);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const lane = laneOf(item);
      const call = { item, sinceMs: monotonicMs(), resolve, reject };
      const waiting = lanes.get(lane);
      if (waiting !== undefined) {
        waiting.push(call);
        return;
      }
      const calls = [call];
      lanes.set(lane, calls);
      setImmediate(() => void drain(calls, lane));
    });
}

/** Nobody knows what became of the run: to repeat it call by call would only take as long again. */
function isOutage(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof OrdealError && error.code === 'DEADLINE');
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
