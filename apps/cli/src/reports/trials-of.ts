import type { Store, Trial } from '@ordeal/store';

/** With a large state in each record a page is some ten megabytes. */
const PAGE = 1_000;

/** All trials of a campaign in order of position, a page at a time. */
export async function* trialsOf(
  store: Pick<Store, 'listTrials'>,
  campaignId: string,
): AsyncGenerator<Trial, void> {
  for (let after = -1; ; ) {
    const page = await store.listTrials(campaignId, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.position;
  }
}
