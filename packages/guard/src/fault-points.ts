/**
 * Ways to break the guard on purpose, for the tests that prove that a broken injector is recorded as what it is:
 * ORDEAL_FAULT_POINTS holds their names, with commas between them. Read once, when the guard starts.
 */
const FAULT_POINTS = [
  /** `apply` never reaches the fault: the trial must come out as void, never as a success. */
  'apply-does-nothing',
  /** `undo` never reaches the fault: the injection must come out as unproven and the instance be destroyed. */
  'undo-fails',
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

/** The fault points that the variable names. @throws RangeError on an unknown name: a test that breaks nothing proves nothing. */
export function readFaultPoints(text: string | undefined): ReadonlySet<FaultPoint> {
  const names = (text ?? '').split(',').filter((name) => name !== '');
  return new Set(
    names.map((name) => {
      const known = FAULT_POINTS.find((point) => point === name);
      if (known === undefined) throw new RangeError(`ORDEAL_FAULT_POINTS: there is no fault point ${name}`);
      return known;
    }),
  );
}
