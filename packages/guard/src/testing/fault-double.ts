import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, FaultPlan, FaultSite, JsonObject } from '@ordeal/core';

/** How the double behaves, in the plan's parameters: so that it can be told over the line, too. */
export interface DoubleParams {
  readonly apply?: 'works' | 'throws' | 'does_nothing' | 'hangs';
  readonly undo?: 'works' | 'throws' | 'does_nothing' | 'hangs';
}

/** A test double of a fault: a file in the instance's folder, which its probe looks for. */
export function faultDouble(record: (act: string) => void): Fault {
  const mark = (plan: FaultPlan, { instance }: FaultSite) =>
    join(instance.label.folder, `fault-${plan.injection}`);
  const behave = async (act: 'apply' | 'undo', plan: FaultPlan, work: () => void): Promise<void> => {
    record(`${act} ${plan.injection}`);
    const how = plan.params[act] ?? 'works';
    if (how === 'throws') throw new Error(`${act} does not work`);
    if (how === 'hangs') await new Promise(() => {});
    if (how === 'works') work();
  };
  return {
    type: 'double',
    needs: [],
    plan: ({ injection, nodes }) => planOf(injection, {}, nodes),
    apply: (plan, site) => behave('apply', plan, () => appendFileSync(mark(plan, site), 'x')),
    undo: (plan, site) => behave('undo', plan, () => rmSync(mark(plan, site), { force: true })),
    active: async (plan, site) => finding(existsSync(mark(plan, site))),
    gone: async (plan, site) => finding(!existsSync(mark(plan, site)) && plan.params.undo !== 'does_nothing'),
  };
}

export function planOf(
  injection: string,
  params: DoubleParams = {},
  targets: FaultPlan['targets'] = [],
): FaultPlan & { targets: FaultPlan['targets'][number][] } {
  return {
    version: 1,
    type: 'double',
    injection,
    targets: [...targets],
    params: { ...params } satisfies JsonObject,
  };
}

function finding(holds: boolean) {
  return { holds, evidence: { holds } };
}
