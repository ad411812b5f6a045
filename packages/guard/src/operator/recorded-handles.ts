import {
  type ExecOutcome,
  type HandledNode,
  type IncidentNode,
  type Instance,
  type NodeHandles,
  OrdealError,
} from '@ordeal/core';
import { type Heard, looksOnly } from '@ordeal/operators';
import type { Turns } from '../turns.ts';
import { underDeadline } from '../under-deadline.ts';

/** A busy engine takes seconds. An undo waits for it, and may take no longer itself. */
const RESTART_WITHIN_MS = 20_000;
/** What an operator runs in a node. Longer work belongs in the background. */
const EXEC_WITHIN_MS = 120_000;
const LOGS_WITHIN_MS = 20_000;

type Act = Extract<Heard, { kind: 'act' }>;

export interface RecordedHandlesParts {
  readonly instance: Instance;
  readonly nodes: readonly IncidentNode[];
  /** Acts on a node's life follow one another, and never meet an apply or an undo. */
  readonly turns: Turns;
  readonly monotonicMs: () => number;
  /** @throws OrdealError GUARD_REFUSED when nothing may be done for the execution any more */
  readonly mayAct: (signal: AbortSignal) => void;
  readonly record: (atMs: number, act: Omit<Act, 'atMs'>) => void;
  /** Fires when the operator has to stop. */
  readonly signal: AbortSignal;
}

/** What an operator may do to an instance: each act is carried out here, and told with how it ended. */
export class RecordedHandles implements NodeHandles {
  readonly #parts: RecordedHandlesParts;
  #listedLast = false;

  constructor(parts: RecordedHandlesParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly HandledNode[]> {
    const { nodes, instance } = this.#parts;
    const look = () =>
      Promise.all(
        nodes.map(async (node) => {
          const { incarnation, stopped } = await instance.look(node.name);
          const state = incarnation === null ? 'down' : stopped > 0 ? 'frozen' : 'up';
          return { ...node, state } as const;
        }),
      );
    if (this.#listedLast) return look();
    // One that watches asks every second: once says it.
    const found = await this.#act({ command: 'list', node: null, repairs: false }, look);
    this.#listedLast = true;
    return found;
  }

  restart(node: string): Promise<void> {
    return this.#life('restart', node, (instance) => instance.restart(node));
  }

  start(node: string): Promise<void> {
    return this.#life('start', node, (instance) => instance.takeBack(node));
  }

  exec(node: string, command: readonly string[]): Promise<ExecOutcome> {
    const text = command.join(' ');
    const what = { command: `exec ${node} ${text}`, node, repairs: !looksOnly(text) };
    // Not in turn: an undo does not wait for what an operator runs.
    return this.#act(what, (instance) =>
      underDeadline(`exec in ${node}`, EXEC_WITHIN_MS, this.#parts.signal, (signal) =>
        instance.exec(node, command, signal),
      ),
    );
  }

  logs(node: string, lines: number): Promise<string> {
    return this.#act({ command: `logs ${node}`, node, repairs: false }, (instance) =>
      underDeadline(`logs of ${node}`, LOGS_WITHIN_MS, this.#parts.signal, (signal) =>
        instance.logs(node, lines, signal),
      ),
    );
  }

  #life(verb: string, node: string, act: (instance: Instance) => Promise<void>): Promise<void> {
    const { turns, mayAct, signal } = this.#parts;
    return this.#act({ command: `${verb} ${node}`, node, repairs: true }, (instance) =>
      turns.take(async (turn) => {
        signal.throwIfAborted();
        mayAct(turn);
        await underDeadline(`${verb} ${node}`, RESTART_WITHIN_MS, turn, () => act(instance));
      }),
    );
  }

  async #act<T>(
    what: Pick<Act['act'], 'command' | 'node' | 'repairs'>,
    carryOut: (instance: Instance) => Promise<T>,
  ): Promise<T> {
    const { instance, monotonicMs, mayAct, record, signal } = this.#parts;
    const { node } = what;
    mayAct(signal);
    if (node !== null) this.#know(node);
    this.#listedLast = false;
    const atMs = monotonicMs();
    const before = this.#incarnationOf(node);
    let exitCode = 1;
    try {
      const outcome = await carryOut(instance);
      exitCode = hasExitCode(outcome) ? outcome.exitCode : 0;
      return outcome;
    } finally {
      const died = before !== null && this.#incarnationOf(node) !== before;
      const stopped = died && node !== null ? [node] : [];
      record(atMs, { kind: 'act', act: { ...what, exitCode, by: 'handle' }, stopped });
    }
  }

  #incarnationOf(node: string | null): string | null {
    return this.#parts.instance.nodes().find(({ name }) => name === node)?.incarnation ?? null;
  }

  #know(node: string): void {
    const names = this.#parts.nodes.map(({ name }) => name);
    if (names.includes(node)) return;
    throw new OrdealError('BAD_INPUT', `there is no node ${node} (must be one of ${names.join(', ')})`);
  }
}

function hasExitCode(outcome: unknown): outcome is ExecOutcome {
  return typeof outcome === 'object' && outcome !== null && 'exitCode' in outcome;
}
