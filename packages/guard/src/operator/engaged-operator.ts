import {
  type Backstage,
  describeError,
  type HandleAccess,
  type Incident,
  type JsonObject,
  type Operator,
  type OperatorEvent,
  within,
} from '@ordeal/core';
import { looksOnly } from '@ordeal/operators';
import type { GuardEvent } from '../protocol.ts';
import { unlessAborted } from '../under-deadline.ts';
import type { HandleServer } from './handle-server.ts';
import { RecordedHandles, type RecordedHandlesParts } from './recorded-handles.ts';

/** Its processes are killed by then, or hang in the kernel. */
const STOP_WITHIN_MS = 12_000;

/**
 * The operator's wall clock is another one than ours, or one of them has been set meanwhile: what it dates so far before its
 * engagement, or ahead of now, is dated when it is heard.
 */
const CLOCKS_DIFFER_MS = 60_000;

type Told = Extract<GuardEvent, { event: 'operator' }>['told'];

export interface EngagedOperatorParts extends Omit<RecordedHandlesParts, 'nodes' | 'record' | 'signal'> {
  readonly operator: Operator;
  readonly incident: Incident;
  readonly settings: JsonObject;
  readonly server: HandleServer;
  /** Given what it shares with the handles. */
  readonly backstage: (shared: RecordedHandlesParts) => Backstage;
  readonly tell: (atMs: number, told: Told) => void;
  readonly log: (text: string) => void;
}

/** An operator at work on one instance. What it says and does is told on the guard's clock. */
export class EngagedOperator {
  readonly #parts: EngagedOperatorParts;
  readonly #stopping = new AbortController();
  readonly #work: Promise<void>;
  #access: HandleAccess | undefined;

  constructor(parts: EngagedOperatorParts) {
    this.#parts = parts;
    this.#work = this.#engage();
  }

  /** Takes its handles away, and resolves when nothing of it runs. Idempotent; never throws. */
  async stop(reason: Error): Promise<void> {
    const { incident, log, server } = this.#parts;
    this.#stopping.abort(reason);
    if (this.#access !== undefined) server.revoke(this.#access);
    await within(this.#work, STOP_WITHIN_MS, 'the end of the operator').catch((error: unknown) =>
      log(`operator of ${incident.instance}: ${describeError(error)}`),
    );
  }

  async #engage(): Promise<void> {
    const { operator, incident, settings, backstage, monotonicMs, tell } = this.#parts;
    const { signal } = this.#stopping;
    const record: RecordedHandlesParts['record'] = (atMs, act) => tell(atMs, act);
    const shared = { ...this.#parts, nodes: incident.nodes, record, signal };
    const handles = new RecordedHandles(shared);
    const engagedMs = monotonicMs();
    try {
      await operator.engage({
        incident,
        handles,
        settings,
        signal,
        backstage: backstage(shared),
        openHandles: () => this.#open(handles),
        tell: (event) => {
          const nowMs = monotonicMs();
          const agoMs = event.at === undefined ? 0 : Date.now() - event.at;
          const canBe = agoMs > -CLOCKS_DIFFER_MS && agoMs < nowMs - engagedMs + CLOCKS_DIFFER_MS;
          tell(canBe ? nowMs - agoMs : nowMs, toldOf(event));
        },
      });
    } catch (error) {
      if (signal.aborted) return;
      tell(monotonicMs(), { kind: 'note', note: { kind: 'failed', error: describeError(error) } });
    } finally {
      tell(monotonicMs(), { kind: 'ended' });
    }
  }

  async #open(handles: RecordedHandles): Promise<HandleAccess> {
    const { server } = this.#parts;
    const access = await unlessAborted(this.#stopping.signal, server.open(handles));
    this.#access = access;
    if (this.#stopping.signal.aborted) server.revoke(access);
    return access;
  }
}

function toldOf(event: OperatorEvent): Told {
  switch (event.kind) {
    case 'detected':
    case 'claimed_resolved':
      return { kind: event.kind };
    case 'note':
      return { kind: 'note', note: event.note };
    case 'command': {
      const { command, node = null, repairs = !looksOnly(command), exitCode = null } = event;
      return { kind: 'act', act: { command, node, repairs, exitCode, by: 'operator' }, stopped: [] };
    }
  }
}
