/** Why a running trial is told to stop. The reason of the trial's AbortSignal is always one of these. */
export class TrialAborted extends Error {
  override readonly name = 'TrialAborted';
  readonly why: 'shutdown' | 'paused' | 'cancelled' | 'abandoned';

  constructor(why: TrialAborted['why'], detail: string) {
    super(`${why}: ${detail}`);
    this.why = why;
  }
}
