import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SlotWish, shareSlots } from './share-slots.ts';

const wish = (campaignId: string, most: number, part: Partial<SlotWish> = {}): SlotWish => ({
  campaignId,
  most,
  needs: most,
  held: 0,
  isServed: false,
  since: 0,
  ...part,
});

describe('shareSlots', () => {
  it('gives a lone campaign its parallel and no more', () => {
    expect(shareSlots(10, [wish('1', 3)])).toEqual(new Map([['1', 3]]));
  });

  it('splits evenly and hands on what a small campaign leaves', () => {
    const shares = shareSlots(10, [wish('big', 10), wish('small', 2)]);
    expect(shares.get('small')).toBe(2);
    expect(shares.get('big')).toBe(8);
  });

  it('lets a newcomer rise only as the jobs of the other end', () => {
    const old = wish('old', 4, { held: 4, isServed: true });
    const crowded = shareSlots(4, [old, wish('new', 4)]);
    expect(crowded.get('old')).toBe(2);
    expect(crowded.get('new')).toBe(0);
    const after = shareSlots(4, [{ ...old, held: 3 }, wish('new', 4)]);
    expect(after.get('new')).toBe(1);
  });

  it('keeps no slot for a campaign that cannot use it, and gives what is left over to whoever may come to', () => {
    const idle = wish('idle', 5, { needs: 0 });
    expect(shareSlots(4, [idle, wish('busy', 4)])).toEqual(
      new Map([
        ['idle', 0],
        ['busy', 4],
      ]),
    );
    expect(shareSlots(4, [idle, wish('busy', 3)]).get('idle')).toBe(1);
    // A slot is free, but not for standing by: it is needed as soon as the other's jobs leave the rest.
    const sinking = wish('sinking', 0, { needs: 0, held: 3, isServed: true });
    expect(shareSlots(4, [idle, wish('busy', 3), sinking])).toEqual(
      new Map([
        ['idle', 0],
        ['busy', 1],
        ['sinking', 0],
      ]),
    );
  });

  it('never lets held and promised jobs exceed the slots, nor a share its parallel', () => {
    const wishes = fc.array(
      fc.record({
        most: fc.integer({ min: 0, max: 10 }),
        startable: fc.integer({ min: 0, max: 10 }),
        held: fc.integer({ min: 0, max: 10 }),
        isServed: fc.boolean(),
        since: fc.nat(5),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), wishes, (slots, parts) => {
        let room = slots;
        const all = parts.map(({ startable, ...part }, index) => {
          const held = Math.min(part.held, room);
          room -= held;
          const needs = Math.min(part.most, held + startable);
          return wish(String(index), part.most, { ...part, held, needs });
        });
        const shares = shareSlots(slots, all);
        const shareOf = (each: SlotWish): number => shares.get(each.campaignId) ?? 0;
        const possible = all.reduce((sum, each) => sum + Math.max(each.held, shareOf(each)), 0);
        expect(possible).toBeLessThanOrEqual(slots);
        for (const each of all) expect(shareOf(each)).toBeLessThanOrEqual(each.most);
        // No slot stands idle that somebody needs.
        const isWanting = all.some((each) => shareOf(each) >= each.held && shareOf(each) < each.needs);
        const isSinking = all.some((each) => shareOf(each) < each.held);
        if (isWanting && !isSinking) expect(possible).toBe(slots);
      }),
    );
  });

  it('serves everyone in time, whenever jobs end and whoever takes nothing', () => {
    const campaigns = fc.array(
      fc.record({
        most: fc.integer({ min: 1, max: 4 }),
        jobTurns: fc.integer({ min: 1, max: 4 }),
        takes: fc.boolean(),
      }),
      { minLength: 2, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), campaigns, (slots, all) => {
        const desks = all.map((campaign, index) => ({
          ...campaign,
          id: String(index),
          isServed: false,
          since: 0,
          jobs: [] as number[],
          lastServed: 0,
        }));
        for (let turn = 1; turn <= 60; turn += 1) {
          for (const desk of desks) desk.jobs = desk.jobs.filter((endsAt) => endsAt > turn);
          const wishes = desks.map((desk) =>
            wish(desk.id, desk.most, { held: desk.jobs.length, isServed: desk.isServed, since: desk.since }),
          );
          const shares = shareSlots(slots, wishes);
          for (const desk of desks) {
            const share = shares.get(desk.id) ?? 0;
            const isServed = share > 0 || desk.jobs.length > 0;
            if (isServed !== desk.isServed) Object.assign(desk, { isServed, since: turn });
            if (isServed) desk.lastServed = turn;
            while (desk.takes && desk.jobs.length < share) desk.jobs.push(turn + desk.jobTurns);
            // Each waits for at most everyone else's jobs, one after the other.
            expect(turn - desk.lastServed).toBeLessThanOrEqual(desks.length * 5);
          }
        }
      }),
    );
  });
});
