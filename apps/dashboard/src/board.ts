import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { FastifyAdapter } from '@bull-board/fastify';
import { type CampaignQueues, queueName } from '@ordeal/queue';
import type { Store } from '@ordeal/store';
import { boardHooks } from './buttons.ts';

/** Ended campaigns that stay on the board: each open tab polls every queue it shows. */
const RECENT = 20;
const LOOK_EVERY_MS = 3_000;

/** Keeps Bull Board at the running and the recent campaigns, and takes what is pressed there to Postgres. */
export async function startBoard(parts: {
  store: Store;
  queues: CampaignQueues;
  adapter: FastifyAdapter;
  /** Links in its menu. */
  links: { text: string; url: string }[];
}): Promise<{ close(): Promise<void> }> {
  const { store, queues, adapter, links } = parts;
  const shown = new Set<string>();
  const board = createBullBoard({
    queues: [],
    serverAdapter: adapter,
    options: {
      uiConfig: { boardTitle: 'Ordeal', hideDocsLink: true, miscLinks: links },
      handlerHooks: boardHooks({ store, queues }),
    },
  });

  async function look(): Promise<void> {
    const [open, recent] = await Promise.all([
      store.listCampaigns({ statuses: ['pending', 'running', 'paused'], limit: 1_000 }),
      store.listCampaigns({ limit: RECENT }),
    ]);
    const wanted = new Map([...open, ...recent].map((campaign) => [campaign.id, campaign]));
    for (const id of shown) {
      if (wanted.has(id)) continue;
      board.removeQueue(queueName(id));
      shown.delete(id);
    }
    for (const campaign of wanted.values()) {
      if (shown.has(campaign.id)) continue;
      // A variable, because BullMQAdapter's type leaves out the option that its base class takes.
      const options = {
        displayName: `Campaign ${campaign.id}: ${campaign.name}`,
        allowCompletedRetries: false,
      };
      board.addQueue(new BullMQAdapter(queues.boardQueue(campaign.id), options));
      shown.add(campaign.id);
    }
  }

  await look();
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    // Two looks at once would both add the same new queue.
    looking ??= look()
      // An outage shows as a board that stands still; the next look catches up.
      .catch(() => {})
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_EVERY_MS);
  return {
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
