import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import { LONGEST_DELAY_MS, type TrialJobData, type TrialProcessor } from './backend.ts';
import type { Disposition, TakenJob } from './queue.ts';

/** Something went wrong with the job of one trial. */
export class JobProblem extends Error {
  readonly trialId: string;

  constructor(trialId: string, message: string, options: { cause: unknown }) {
    super(message, options);
    this.trialId = trialId;
  }
}

/** How long a job rests whose handler threw. */
const AFTER_THROW_MS = 1_000;

interface ProcessorOptions {
  readonly handler: (job: TakenJob, signal: AbortSignal) => Promise<Disposition>;
  readonly onProblem: (error: Error) => void;
  /** Asked when a job arrives; false: it slipped in after the worker was paused, and is given back. */
  readonly mayTake: () => boolean;
  /** Counts jobs in hand. */
  readonly onHeld: (change: 1 | -1) => void;
}

/**
 * The function that BullMQ calls with each job. It must have exactly three plain parameters: BullMQ looks at
 * its `length` and passes no signal otherwise.
 */
export function createProcessor(options: ProcessorOptions): TrialProcessor {
  const { handler, onProblem, mayTake, onHeld } = options;
  return async (job: Job<TrialJobData, null, string>, token, signal) => {
    if (!mayTake()) return await dispose(job, token, { kind: 'give_back' }, onProblem);
    onHeld(1);
    try {
      const taken = { trialId: job.data.trialId, retriedByPerson: retriedByPerson(job) };
      let disposition: Disposition;
      try {
        disposition = await handler(taken, signal ?? new AbortController().signal);
      } catch (cause) {
        onProblem(problem(job, 'comes again: its handler failed', cause));
        disposition = { kind: 'later', delayMs: AFTER_THROW_MS };
      }
      return await dispose(job, token, disposition, onProblem);
    } finally {
      onHeld(-1);
    }
  };
}

/**
 * A retry leaves the attempts made standing, and so does a redelivery after a crash; only the latter raises the
 * count of stalls, which stood at `stalls` when the job failed.
 */
function retriedByPerson(job: Job<TrialJobData, null, string>): boolean {
  return job.attemptsMade > 0 && job.stalledCounter <= (job.data.stalls ?? 0);
}

async function dispose(
  job: Job<TrialJobData, null, string>,
  token: string | undefined,
  disposition: Disposition,
  onProblem: (error: Error) => void,
): Promise<null> {
  switch (disposition.kind) {
    case 'done':
      return null;
    case 'failed':
      if (job.stalledCounter > 0) {
        const data = { ...job.data, stalls: job.stalledCounter };
        await job
          .updateData(data)
          .catch((error: unknown) => onProblem(problem(job, 'was not marked', error)));
      }
      throw new UnrecoverableError(disposition.reason);
    case 'later':
      await moved(
        job,
        job.moveToDelayed(Date.now() + Math.min(disposition.delayMs, LONGEST_DELAY_MS), token),
        onProblem,
      );
      throw new DelayedError();
    case 'give_back':
      await moved(job, job.moveToWait(token), onProblem);
      throw new WaitingError();
  }
}

/**
 * A failure to move is reported and no more: any other error would let BullMQ fail the job. It stays active
 * without a lock and comes again when that is noticed, or is gone, which `reconcile` repairs.
 */
async function moved(
  job: Job<TrialJobData, null, string>,
  move: Promise<unknown>,
  onProblem: (error: Error) => void,
): Promise<void> {
  await move.catch((error: unknown) => onProblem(problem(job, 'could not be put back', error)));
}

function problem(job: Job<TrialJobData>, what: string, cause: unknown): JobProblem {
  return new JobProblem(job.data.trialId, `The job of ${job.name} ${what}`, { cause });
}
