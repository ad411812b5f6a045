import type { FaultPoints, Operator, Repertoire, Runtime, Timing } from '@ordeal/core';
import type { Farewell } from './journal/farewell.ts';
import type { Journal } from './journal/journal.ts';
import type { HandleServer } from './operator/handle-server.ts';
import type { Answer, Fence, GuardEvent } from './protocol.ts';

/** What a guard works with; all of it can be replaced, so that a guard can be tested in process. */
export interface GuardParts {
  readonly guard: string;
  /** The process's identity: pid and start time. */
  readonly identity: string;
  /** Below it, each instance has a folder of its own. */
  readonly instancesFolder: string;
  readonly runtimeOf: (name: string) => Runtime | undefined;
  readonly repertoire: Pick<Repertoire, 'subjectOf' | 'faultOf'>;
  readonly operatorOf: (name: string) => Operator | undefined;
  readonly handleServer: HandleServer;
  readonly monotonicMs: () => number;
  readonly timing: Timing;
  readonly faultPoints: FaultPoints;
  readonly journal: Journal;
  readonly send: (event: GuardEvent) => void;
  /** For the next worker, when there may be none to tell. */
  readonly leaveFarewell: (farewell: Farewell) => Promise<void>;
  readonly forgetFarewell: (fence: Fence) => Promise<void>;
  readonly readLeft: () => Promise<Answer<'left'>>;
  /** For people: the guard's log. */
  readonly log: (text: string) => void;
}
