/** What one code means for whoever meets it. `docs/errors.md` is made from these entries. */
export interface ErrorEntry {
  /** When it is raised; the message of an error names the particulars. */
  readonly meaning: string;
  /** Of the command line. 1: trials failed, or the command did; 2: bad input, nothing was written; 3: an outage. */
  readonly exitCode: 1 | 2 | 3;
  /** Of the dashboard. */
  readonly httpStatus: number;
  /** The same call may succeed later, with nothing changed. */
  readonly retryable: boolean;
  /** What the person in front of it should do next. */
  readonly advice: string;
}

export const ERROR_TABLE = {
  BAD_INPUT: {
    meaning: 'An argument, a setting or a campaign file is not what it must be. Nothing was written.',
    exitCode: 2,
    httpStatus: 400,
    retryable: false,
    advice: 'Correct the input and run the command again.',
  },
  NOT_FOUND: {
    meaning: 'There is no such campaign, trial or page.',
    exitCode: 2,
    httpStatus: 404,
    retryable: false,
    advice: 'Run `pnpm ordeal list` to see what is there.',
  },
  CONFLICT: {
    meaning: 'The campaign or trial is in a state that does not allow this. Nothing was changed.',
    exitCode: 2,
    httpStatus: 409,
    retryable: false,
    advice: 'Look at its state with `pnpm ordeal show N`.',
  },
  UNSUPPORTED: {
    meaning: 'Well understood, but this installation, machine or version cannot do it. Nothing was written.',
    exitCode: 2,
    httpStatus: 422,
    retryable: false,
    advice: 'Choose something that this installation can run, or a version of Ordeal that can.',
  },
  UNAUTHORIZED: {
    meaning: 'The dashboard asks for a token, and none or a wrong one was given.',
    exitCode: 2,
    httpStatus: 401,
    retryable: false,
    advice: 'Send the ORDEAL_TOKEN of the dashboard as `Authorization: Bearer TOKEN`, or log in at /login.',
  },
  FORBIDDEN: {
    meaning: 'The request comes from a page of another site, or asks for the dashboard by a foreign name.',
    exitCode: 2,
    httpStatus: 403,
    retryable: false,
    advice: 'Open the dashboard by the address that it printed at its start.',
  },
  TOO_MANY_TRIES: {
    meaning: 'Too many wrong tokens came from this address.',
    exitCode: 1,
    httpStatus: 429,
    retryable: true,
    advice: 'Wait a minute, then try again with the right token.',
  },
  NO_WORKER: {
    meaning: 'No live worker can run the campaign. It waits, and holds up nobody else.',
    exitCode: 1,
    httpStatus: 503,
    retryable: true,
    advice: 'Start a worker that can run it: `pnpm worker`.',
  },
  POSTGRES_UNAVAILABLE: {
    meaning: 'Postgres cannot be reached, or refuses to work for us (log-in, rights, disk, read-only).',
    exitCode: 3,
    httpStatus: 503,
    retryable: true,
    advice: 'Check DATABASE_URL, or start the embedded server with `pnpm ordeal up`.',
  },
  REDIS_UNAVAILABLE: {
    meaning: 'Redis cannot be reached, or refuses to work for us (log-in, memory, read-only).',
    exitCode: 3,
    httpStatus: 503,
    retryable: true,
    advice: 'Check REDIS_URL and that Redis is up.',
  },
  ENGINE_UNAVAILABLE: {
    meaning: 'The Docker engine cannot be reached, or refuses to work for us (rights, image, address, disk).',
    exitCode: 3,
    httpStatus: 503,
    retryable: true,
    advice: 'Check DOCKER_HOST, that the engine is up, and that this user may talk to it.',
  },
  MACHINE_FAILED: {
    meaning: 'This machine refuses: a full disk, a missing permission, too many open files.',
    exitCode: 1,
    httpStatus: 500,
    retryable: true,
    advice: 'Give the machine what the message names, and run the command again.',
  },
  GUARD_LOST: {
    meaning: 'The process that touches targets did not come up, or went away. What it did is undone.',
    exitCode: 1,
    httpStatus: 500,
    retryable: true,
    advice: 'A running worker starts another guard and runs the trial again; else read the log it names.',
  },
  GUARD_REFUSED: {
    meaning: 'An execution asked for something after its lease had run out, or a newer one owns the trial.',
    exitCode: 1,
    httpStatus: 409,
    retryable: false,
    advice: 'Nothing: the newer execution counts. `pnpm ordeal trial ID` shows both.',
  },
  TARGET_FAILED: {
    meaning: 'The system under test, or a program of its, did not do what was asked of it.',
    exitCode: 1,
    httpStatus: 502,
    retryable: true,
    advice: 'See the error of the execution: `pnpm ordeal trial ID`.',
  },
  INSTANCE_LOST: {
    meaning:
      'Something of the system under test went away before the trial had a result, by no fault of ours. The trial is void, and runs again.',
    exitCode: 1,
    httpStatus: 502,
    retryable: true,
    advice:
      'Leave alone what bears a label or name of ours while trials run; the message names what is missing.',
  },
  DEADLINE: {
    meaning: 'Something outside did not answer in time.',
    exitCode: 1,
    httpStatus: 504,
    retryable: true,
    advice: 'Try again; if it happens again, look at what the message names.',
  },
  INTERNAL: {
    meaning: 'Something that cannot be. Every error that Ordeal does not know is shown as this one.',
    exitCode: 1,
    httpStatus: 500,
    retryable: false,
    advice: 'This is a bug in Ordeal: please report it.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_TABLE;
