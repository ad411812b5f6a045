/** A running campaign that wants local slots. */
export interface SlotWish {
  readonly campaignId: string;
  /** Its `parallel`: more would never be used. */
  readonly most: number;
  /** Jobs of it in hand now: a share may sink below that, but only what has ended can be given away. */
  readonly held: number;
}

/**
 * Shares a worker's slots among campaigns: evenly, nobody more than its `parallel`, and never more than `slots`
 * together, also while a sinking share's jobs still run. With more campaigns than slots the turn rotates, so that
 * everyone is served in time.
 * @param turn raised by one at every call; decides who comes first when slots do not go round
 */
export function shareSlots(slots: number, wishes: readonly SlotWish[], turn: number): Map<string, number> {
  const first = wishes.length === 0 ? 0 : turn % wishes.length;
  const order = [...wishes.slice(first), ...wishes.slice(0, first)];
  const fair = evenShares(slots, order);
  let free = slots - order.reduce((sum, wish) => sum + wish.held, 0);
  const shares = new Map<string, number>();
  for (const wish of order) {
    const target = fair.get(wish.campaignId) ?? 0;
    const rise = Math.min(Math.max(0, target - wish.held), Math.max(0, free));
    free -= rise;
    shares.set(wish.campaignId, Math.min(target, wish.held + rise));
  }
  return shares;
}

/** Deals slots one by one until they or the wishes run out. */
function evenShares(slots: number, order: readonly SlotWish[]): Map<string, number> {
  const shares = new Map(order.map((wish) => [wish.campaignId, 0]));
  let left = slots;
  for (let dealt = true; left > 0 && dealt; ) {
    dealt = false;
    for (const wish of order) {
      const share = shares.get(wish.campaignId) ?? 0;
      if (left === 0 || share >= wish.most) continue;
      shares.set(wish.campaignId, share + 1);
      left -= 1;
      dealt = true;
    }
  }
  return shares;
}
