import type { createBullBoard } from '@bull-board/api';
import { type CampaignQueues, campaignOfQueue, reconcile, trialOfJob } from '@ordeal/queue';
import type { Store } from '@ordeal/store';

type BoardOptions = NonNullable<Parameters<typeof createBullBoard>[0]['options']>;
type BoardHooks = NonNullable<BoardOptions['handlerHooks']>;

/** A button of Bull Board's, pressed. */
interface Press {
  /** Undefined for a button that is over all queues. */
  readonly campaignId: string;
  readonly jobId: string;
  /** `failed`, `completed`, ...: for buttons over all jobs in one state. */
  readonly state: string;
  /** The campaigns on the board. */
  readonly shown: readonly string[];
}

interface Button {
  /** Before the queue is touched: Postgres decides. What it gives is a refusal, for the person to read. */
  readonly before?: (press: Press) => Promise<string | undefined>;
  /** After the queue has done its part. */
  readonly after?: (press: Press) => Promise<void>;
}

const PRESSED_BY = 'Bull Board';

/**
 * What the buttons of Bull Board mean to a campaign. Each is taken to Postgres, or left to the queue because workers
 * put right what it does (`{}`), or refused: so is any that a later version may bring. docs/control.md has the table.
 */
export function boardHooks({ store, queues }: { store: Store; queues: CampaignQueues }): BoardHooks {
  const pause = async (id: string): Promise<boolean> =>
    store.pauseCampaign(id, { by: PRESSED_BY, abortRunning: false });
  const buttons: Readonly<Record<string, Button>> = {
    'put /api/queues/pause': {
      before: async ({ shown }) => {
        for (const id of shown) await pause(id);
        return undefined;
      },
    },
    'put /api/queues/resume': {
      before: async ({ shown }) => {
        for (const id of shown) await store.resumeCampaign(id);
        return undefined;
      },
    },
    'put /api/queues/:queueName/pause': {
      before: async ({ campaignId }) =>
        (await pause(campaignId)) ? undefined : `campaign ${campaignId} has ended: there is nothing to pause`,
    },
    'put /api/queues/:queueName/resume': {
      before: async ({ campaignId }) => {
        await store.resumeCampaign(campaignId);
        return undefined;
      },
    },
    'put /api/queues/:queueName/:jobId/retry': {
      before: (press) => whyNotRetried(store, press),
      after: async ({ campaignId, jobId }) => {
        const trialId = trialOfJob(jobId)?.trialId;
        if (trialId !== undefined) await store.reopenFailedTrials(campaignId, [trialId]);
      },
    },
    'put /api/queues/:queueName/retry/:queueStatus': {
      before: async ({ campaignId, state }) => {
        if (state !== 'failed') return 'a completed trial is never run again';
        return await whyNotReopened(store, campaignId);
      },
      after: async ({ campaignId }) => {
        // More may have failed than the queue keeps as failed jobs.
        if ((await store.reopenFailedTrials(campaignId)) > 0) await reconcile(store, queues, campaignId);
      },
    },
    'put /api/queues/:queueName/promote': {},
    'put /api/queues/:queueName/:jobId/promote': {},
    'patch /api/queues/:queueName/:jobId/priority': {},
    'put /api/queues/:queueName/clean/:queueStatus': {},
    'put /api/queues/:queueName/:jobId/clean': {},
    'put /api/queues/:queueName/empty': {},
    'put /api/queues/:queueName/obliterate': {},
  };
  return {
    async before({ method, route, request }) {
      if (method === 'get') return { allow: true };
      const button = buttons[`${method} ${route}`];
      const refusal =
        button === undefined
          ? 'the campaign decides this, and nobody by hand: its file, or `ordeal pause`, `resume`, `retry`, `cancel`'
          : await button.before?.(pressOf(request));
      return refusal === undefined ? { allow: true } : { allow: false, status: 409, message: refusal };
    },
    async after({ method, route, request }, result) {
      if ((result.status ?? 200) < 300) await buttons[`${method} ${route}`]?.after?.(pressOf(request));
      return result;
    },
  };
}

async function whyNotRetried(store: Store, { campaignId, jobId }: Press): Promise<string | undefined> {
  const job = trialOfJob(jobId);
  const trial = job === undefined ? undefined : await store.getTrial(job.trialId);
  if (job === undefined || trial?.campaignId !== campaignId) return `${jobId} is no trial's job`;
  if (trial.status !== 'failed') return `${trial.key} is ${trial.status}: only failed trials are run again`;
  if (trial.generation !== job.generation) {
    return `${trial.key} has been retried since: press the button of its newest failed job`;
  }
  return whyNotReopened(store, campaignId);
}

async function whyNotReopened(store: Store, campaignId: string): Promise<string | undefined> {
  const campaign = await store.getCampaign(campaignId);
  return campaign?.status === 'cancelled'
    ? `campaign ${campaignId} was cancelled: enqueue its file again as a new campaign`
    : undefined;
}

function pressOf(request: Parameters<NonNullable<BoardHooks['before']>>[0]['request']): Press {
  const { queueName, jobId, queueStatus } = request.params;
  return {
    campaignId: campaignOfQueue(String(queueName ?? '')) ?? '',
    jobId: String(jobId ?? ''),
    state: String(queueStatus ?? ''),
    shown: [...request.queues.keys()].flatMap((name) => campaignOfQueue(name) ?? []),
  };
}
