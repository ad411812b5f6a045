import {
  createRandom,
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type JsonObject,
  waitFor,
} from '@ordeal/core';
import { makeTestPlace, startEcho, type TestPlace, waitForAnswer } from '@ordeal/runtimes/testing';
import { faultOf } from '../fault-of.ts';

/** One fault as a campaign would ask for it. */
export interface Case {
  readonly type: string;
  readonly params: JsonObject;
  readonly target: string;
}

/** An echo subject to be hurt: real processes and sockets. */
export interface InjuredEcho extends FaultSite, AsyncDisposable {
  /** The fault and its plan, by way of the ledger: as text and back. */
  planned(own: Case): { fault: Fault; plan: FaultPlan };
  /** Every server answers. */
  healed(): Promise<void>;
}

/** @param place where its nodes live; default: local processes */
export async function openInjuredEcho(place: TestPlace = makeTestPlace()): Promise<InjuredEcho> {
  const echo = await startEcho(place, 'injured');
  let injections = 0;
  return {
    instance: echo.instance,
    probe: echo.probe,
    planned({ type, params, target }) {
      const fault = faultOf(type);
      if (fault === undefined) throw new Error(`no fault ${type}`);
      injections += 1;
      const plan = fault.plan({
        injection: `i${injections}`,
        params,
        target,
        topology: echo.instance.topology,
        nodes: echo.instance.nodes(),
        random: createRandom(5, injections),
      });
      return { fault, plan: JSON.parse(JSON.stringify(plan)) };
    },
    async healed() {
      for (const node of ['alpha', 'beta', 'gamma']) await waitForAnswer(echo, node);
    },
    async [Symbol.asyncDispose]() {
      await echo[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}

/** Looks until the finding holds, as a guard does. */
export function comesToHold(what: string, look: (signal: AbortSignal) => Promise<Finding>): Promise<Finding> {
  return waitFor(
    what,
    async () => {
      const finding = await look(AbortSignal.timeout(10_000));
      return finding.holds ? finding : undefined;
    },
    { timeoutMs: 20_000 },
  );
}
