import { type Catalogue, NO_FAULT } from '@ordeal/core';
import { faultOf } from '@ordeal/faults';
import { subjectOf } from '@ordeal/subjects';

/** What this worker can run, as `subject/runtime/fault`: what the catalogue offers and we have the code for. */
export function findCapabilities(catalogue: Catalogue): string[] {
  const found: string[] = [];
  for (const entry of Object.values(catalogue.subjects)) {
    if (subjectOf(entry.name)?.prepareProcess === undefined) continue;
    if (!entry.runtimes.includes('process')) continue;
    found.push(`${entry.name}/process/${NO_FAULT}`);
    for (const [fault, support] of Object.entries(entry.faults)) {
      if (faultOf(fault) === undefined || !support.runtimes.includes('process')) continue;
      found.push(`${entry.name}/process/${fault}`);
    }
  }
  return found.sort();
}

/** A worker takes only campaigns that it can run whole. */
export function canRun(needs: readonly string[], capabilities: readonly string[]): boolean {
  return needs.every((need) => capabilities.includes(need));
}
