import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SlotWish, shareSlots } from './share-slots.ts';

const wish = (campaignId: string, most: number, held = 0): SlotWish => ({ campaignId, most, held });

describe('shareSlots', () => {
  it('gives a lone campaign its parallel and no more', () => {
    expect(shareSlots(10, [wish('1', 3)], 0)).toEqual(new Map([['1', 3]]));
  });

  it('splits evenly and hands on what a small campaign leaves', () => {
    const shares = shareSlots(10, [wish('big', 10), wish('small', 2)], 0);
    expect(shares.get('small')).toBe(2);
    expect(shares.get('big')).toBe(8);
  });

  it('lets a newcomer rise only as the jobs of the other end', () => {
    const crowded = shareSlots(4, [wish('old', 4, 4), wish('new', 4)], 0);
    expect(crowded.get('old')).toBe(2);
    expect(crowded.get('new')).toBe(0);
    const after = shareSlots(4, [wish('old', 4, 3), wish('new', 4)], 0);
    expect(after.get('new')).toBe(1);
  });

  it('serves everyone in turn when there are more campaigns than slots', () => {
    const wishes = ['a', 'b', 'c'].map((id) => wish(id, 5));
    const served = new Set<string>();
    for (let turn = 0; turn < 3; turn += 1) {
      for (const [id, share] of shareSlots(1, wishes, turn)) if (share > 0) served.add(id);
    }
    expect(served).toEqual(new Set(['a', 'b', 'c']));
  });

  it('never lets held and promised jobs exceed the slots, nor a share its parallel', () => {
    const wishes = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 10 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), wishes, fc.nat(20), (slots, pairs, turn) => {
        let room = slots;
        const all = pairs.map(([most, wanted], index) => {
          const held = Math.min(wanted, most, room);
          room -= held;
          return wish(String(index), most, held);
        });
        const shares = shareSlots(slots, all, turn);
        const possible = all.reduce((sum, w) => sum + Math.max(w.held, shares.get(w.campaignId) ?? 0), 0);
        expect(possible).toBeLessThanOrEqual(slots);
        for (const w of all) expect(shares.get(w.campaignId) ?? 0).toBeLessThanOrEqual(w.most);
      }),
    );
  });
});
