import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ways to break Ordeal on purpose, for the tests which prove that it keeps its promises. All of them are declared here.
 * Without the two variables nothing is looked at: a point costs a comparison.
 *
 * ORDEAL_FAULT_POINTS holds names of {@link BROKEN_ACTS}, with commas between them: a broken injector must be recorded as
 * what it is. ORDEAL_HOLDS names a folder in which a test says which trial is to be held at which {@link STEPS}.
 */
const BROKEN_ACTS = [
  /** `apply` never reaches the fault: the trial must come out as void, never as a success. */
  'apply-does-nothing',
  /** `undo` never reaches the fault: the injection must come out as unproven and the instance be destroyed. */
  'undo-fails',
] as const;
export type BrokenAct = (typeof BROKEN_ACTS)[number];

/** Where an execution can be held, in order. The two halves are in the guard, the others in the worker. */
export const STEPS = [
  /** Its instance is steady; nothing of a fault is written down. */
  'before_plan',
  /** The plan is in the ledger; the guard has not heard of it. */
  'planned',
  /** The fault acts; nobody has noted it. */
  'half_applied',
  /** A probe has seen it bite. */
  'active',
  /** The fault has been taken away; no probe has looked. */
  'half_undone',
  /** There is a result; nobody has written it down. */
  'before_record',
  /** The result is recorded, and the slot rests. */
  'cooling_down',
] as const;
export type Step = (typeof STEPS)[number];

/** How often a held execution looks whether it may go on. */
const LOOK_EVERY_MS = 50;

export interface FaultPoints {
  breaks(act: BrokenAct): boolean;
  /** Resolves at once, unless a test holds the trial at the step: then when it lets go, or the signal fires. */
  reach(step: Step, trial: string, signal: AbortSignal): Promise<void>;
}

/** @throws RangeError on an unknown name: a test that breaks nothing proves nothing */
export function readFaultPoints(env: NodeJS.ProcessEnv): FaultPoints {
  const names = (env.ORDEAL_FAULT_POINTS ?? '').split(',').filter((name) => name !== '');
  const broken = new Set(names.map(brokenActOf));
  const folder = env.ORDEAL_HOLDS;
  return {
    breaks: (act) => broken.has(act),
    async reach(step, trial, signal) {
      if (folder !== undefined) await hold(join(folder, trial), step, signal);
    },
  };
}

function brokenActOf(name: string): BrokenAct {
  const known = BROKEN_ACTS.find((act) => act === name);
  if (known === undefined) throw new RangeError(`ORDEAL_FAULT_POINTS: there is no fault point ${name}`);
  return known;
}

/**
 * A file with the trial's id holds the step at which it is to stop; renamed to end in `.held` while it does, and deleted
 * by the test to let it go. So each is held once, by whichever process comes there first.
 */
async function hold(file: string, step: Step, signal: AbortSignal): Promise<void> {
  const held = `${file}.held`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== step) return;
  renameSync(file, held);
  while (existsSync(held) && !signal.aborted) await delay(LOOK_EVERY_MS);
}
