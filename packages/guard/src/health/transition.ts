/** A change of one part of health, as a pure clock finds it. */
export interface Transition {
  readonly good: boolean;
  /** When it happened, which is before it was known. */
  readonly atMs: number;
  readonly detail: string;
}
