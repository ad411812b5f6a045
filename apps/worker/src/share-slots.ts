/** A campaign's claim to local slots. */
export interface SlotWish {
  readonly campaignId: string;
  /** Its `parallel`, or 0 when nothing of it may be taken any more: more would never be used. */
  readonly most: number;
  /** What it could use right now, with what it holds; never above `most`. */
  readonly needs: number;
  /** Jobs of it in hand now: a share may sink below that, but only what has ended can be given away. */
  readonly held: number;
  /** It had what it needed, or some of it, at the last turn. */
  readonly isServed: boolean;
  /** The turn since which that is so. */
  readonly since: number;
}

/**
 * Shares a worker's slots among campaigns: first evenly what is needed now, then what is left over, so that a
 * campaign that comes to need one starts at once. Never more than `slots` together, also while a sinking share's
 * jobs still run. Where slots do not go round, who has waited longest comes first and who has been served longest
 * comes last: everyone is served in time, and no slot changes hands without need.
 */
export function shareSlots(slots: number, wishes: readonly SlotWish[]): Map<string, number> {
  const order = wishes.toSorted(whoComesFirst);
  const needed = deal(slots, order, (wish) => wish.needs);
  const left = slots - needed.values().reduce((sum, share) => sum + share, 0);
  const spare = deal(left, wishes, (wish) => wish.most - shareOf(wish, needed));
  const whole = new Map(
    wishes.map((wish) => [wish.campaignId, shareOf(wish, needed) + shareOf(wish, spare)]),
  );

  const shares = new Map(wishes.map((wish) => [wish.campaignId, Math.min(wish.held, shareOf(wish, whole))]));
  let free = slots - wishes.reduce((sum, wish) => sum + wish.held, 0);
  for (const goal of [needed, whole]) {
    for (const wish of order) {
      const share = shareOf(wish, shares);
      // A share that is to sink has jobs left that hold more than it.
      if (share < wish.held) continue;
      const rise = Math.min(Math.max(0, shareOf(wish, goal) - share), Math.max(0, free));
      free -= rise;
      shares.set(wish.campaignId, share + rise);
    }
  }
  return shares;
}

function whoComesFirst(one: SlotWish, other: SlotWish): number {
  if (one.isServed !== other.isServed) return one.isServed ? 1 : -1;
  return one.isServed ? other.since - one.since : one.since - other.since;
}

/** Deals slots one by one until they or the limits run out. */
function deal(
  slots: number,
  order: readonly SlotWish[],
  limit: (wish: SlotWish) => number,
): Map<string, number> {
  const shares = new Map<string, number>();
  let left = slots;
  for (let dealt = true; left > 0 && dealt; ) {
    dealt = false;
    for (const wish of order) {
      const share = shareOf(wish, shares);
      if (left === 0 || share >= limit(wish)) continue;
      shares.set(wish.campaignId, share + 1);
      left -= 1;
      dealt = true;
    }
  }
  return shares;
}

function shareOf(wish: SlotWish, shares: ReadonlyMap<string, number>): number {
  return shares.get(wish.campaignId) ?? 0;
}
