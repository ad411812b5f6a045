import { OrdealError } from '@ordeal/core';
import { alignThrottle, reconcile } from '@ordeal/queue';
import type { Campaign, Progress, Store } from '@ordeal/store';
import type { Command } from 'commander';
import { tellQueue } from '../campaigns/tell-queue.ts';
import { type Installation, openInstallation } from '../installation/installation.ts';
import { spelled } from '../invocation/spelled.ts';
import { whoTypes } from '../invocation/who-types.ts';
import { printJson } from '../reports/json.ts';
import { clockTime } from '../status/clock.ts';
import { findCampaign } from './read.ts';

interface ControlOptions {
  json?: true;
}

/** `ordeal pause N`, `resume N`, `retry N [KEY...]`, `cancel N`: decided in Postgres, from any machine. */
export function addControl(program: Command): void {
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument('<campaign>', 'number of the campaign')
      .option('--json', 'print JSON');

  command('pause', 'start no new trial of a campaign; running ones go on to their end')
    .option('--now', 'stop running trials within two seconds: undone, and given back unspent')
    .action((id: string, options: ControlOptions & { now?: true }) =>
      control(id, options, pauseWith(options)),
    );
  command('resume', 'go on with a paused campaign').action((id: string, options: ControlOptions) =>
    control(id, options, resume),
  );
  command('retry', 'run failed trials again, with fresh attempts: all of them, or the named ones')
    .argument('[key...]', 'keys of failed trials')
    .action((id: string, keys: string[], options: ControlOptions) => control(id, options, retryOf(keys)));
  command('cancel', 'stop a campaign for good: running trials are aborted and their faults undone').action(
    (id: string, options: ControlOptions) => control(id, options, cancel),
  );
}

/** What a command did, beside what the campaign is now. */
interface Done {
  readonly changed: boolean;
  readonly text: (now: Campaign, progress: Progress) => string;
  /** Fields of the JSON answer that only this command has. */
  readonly more?: object;
  /** The queue could not be told. */
  readonly note?: string | undefined;
}

type Act = (installation: Installation, campaign: Campaign) => Promise<Done>;

async function control(id: string, options: ControlOptions, act: Act): Promise<void> {
  await using installation = await openInstallation();
  const { store } = installation;
  const { changed, text, more = {}, note } = await act(installation, await findCampaign(store, id));
  const now = await findCampaign(store, id);
  const progress = await store.progress(id);
  if (note !== undefined) console.error(`Note: ${note}.`);
  if (!options.json) return console.log(spelled(text(now, progress)));
  const { name, status, pausedAt, pausedBy } = now;
  printJson('campaign', { id, name, status, pausedAt, pausedBy, changed, ...more, progress });
}

function pauseWith({ now: abortRunning = false }: { now?: boolean }): Act {
  return async (installation, { id, status, pausedBy, pausedAt }) => {
    const { store } = installation;
    const paused = await store.pauseCampaign(id, { by: whoTypes(), abortRunning });
    if (!paused) throw ended(id, await statusOf(store, id), 'there is nothing to pause');
    const note = await alignQueue(installation, id);
    const since = status === 'paused' ? ` already, by ${pausedBy} at ${clockTime(pausedAt)}` : '';
    return {
      changed: status !== 'paused',
      note,
      text: (_now, { running }) => {
        const rest = abortRunning
          ? `${trials(running)} running: stopped within two seconds, undone and given back unspent.`
          : `${trials(running)} running: they go on to their end (--now stops them).`;
        const tail = running === 0 ? 'Nothing of it runs.' : rest;
        return `Campaign ${id} is paused${since}. ${tail}\nGo on with: pnpm ordeal resume ${id}`;
      },
    };
  };
}

const resume: Act = async (installation, { id }) => {
  const { store } = installation;
  const resumed = await store.resumeCampaign(id);
  const status = await statusOf(store, id);
  if (!resumed && (status === 'finished' || status === 'cancelled')) {
    throw ended(id, status, 'there is nothing to resume');
  }
  return {
    changed: resumed,
    note: await alignQueue(installation, id),
    text: (now, { pending }) => {
      if (!resumed) return `Campaign ${id} is not paused (${now.status}): nothing to do.`;
      return now.status === 'finished'
        ? `Campaign ${id} is resumed, and finished: its last trials ended during the pause.`
        : `Campaign ${id} goes on: ${trials(pending)} pending.`;
    },
  };
};

function retryOf(keys: readonly string[]): Act {
  return async (installation, { id }) => {
    const { store } = installation;
    const retried = await store.retryTrials(id, keys.length === 0 ? undefined : keys);
    const note =
      retried === 0 ? undefined : await tellQueue(installation, (queues) => reconcile(store, queues, id));
    return {
      changed: retried > 0,
      more: { retried },
      note,
      text: (now) => {
        if (retried === 0) return `Campaign ${id} has no failed trial: nothing to run again.`;
        const paused = now.status === 'paused' ? ` once it is resumed: pnpm ordeal resume ${id}` : '';
        return `Campaign ${id}: ${trials(retried)} to run again${paused}.`;
      },
    };
  };
}

const cancel: Act = async (installation, { id }) => {
  const { store } = installation;
  const cancelled = await store.cancelCampaign(id);
  const status = await statusOf(store, id);
  if (!cancelled && status !== 'cancelled') throw ended(id, status, 'there is nothing to cancel');
  return {
    changed: cancelled,
    // Postgres has decided; the queue only forgets what nobody may run any more.
    note: await tellQueue(
      installation,
      (queues) => reconcile(store, queues, id),
      `its jobs stay in the queue, where they do nothing: cancel ${id} again removes them`,
    ),
    text: () =>
      cancelled
        ? `Campaign ${id} cancelled. Running trials stop within two seconds and undo their faults.`
        : `Campaign ${id} was cancelled already.`,
  };
};

/** As the campaign is now, not as it was read: somebody else may have turned it. */
async function alignQueue(installation: Installation, id: string): Promise<string | undefined> {
  const campaign = await findCampaign(installation.store, id);
  return tellQueue(installation, (queues) => alignThrottle(queues, campaign));
}

async function statusOf(store: Store, id: string): Promise<Campaign['status']> {
  return (await findCampaign(store, id)).status;
}

function ended(id: string, status: Campaign['status'], so: string): OrdealError {
  return new OrdealError('CONFLICT', `campaign ${id} has already ended (${status}): ${so}`);
}

function trials(count: number): string {
  return count === 1 ? '1 trial' : `${count} trials`;
}
