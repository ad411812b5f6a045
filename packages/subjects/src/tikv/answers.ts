import { z } from 'zod';
import { parseSize } from './size.ts';

/**
 * What PD's HTTP API answers, as far as it is used here. PD leaves out what is zero, so that a figure that is not
 * there is zero. Sizes are in bytes.
 */
const size = z.string().transform((text, context) => {
  try {
    return parseSize(text);
  } catch (error) {
    context.addIssue(String(error));
    return z.NEVER;
  }
});
const count = z.number().default(0);

/** `/pd/api/v1/stores`: tombstones are not in it. */
export const storesAnswer = z.object({
  stores: z.array(
    z.object({
      store: z.object({
        id: z.number(),
        address: z.string(),
        /** Up, Offline; and, seen from the age of its last heartbeat, Disconnected, Down. */
        state_name: z.string(),
        /** In nanoseconds since 1970, on PD's clock; beyond what a number holds exactly, by less than a microsecond. */
        last_heartbeat: count,
      }),
      status: z.object({
        /** Absent until the store's first heartbeat. */
        capacity: size.optional(),
        available: size.optional(),
        used_size: size.optional(),
        leader_count: count,
        region_count: count,
      }),
    }),
  ),
});
export type StoreAnswer = z.infer<typeof storesAnswer>['stores'][number];

/** `/pd/api/v1/health`: how each member looks from the one that is asked. */
export const healthAnswer = z.array(z.object({ name: z.string(), health: z.boolean() }));

/** `/pd/api/v1/members` */
export const membersAnswer = z.object({
  leader: z.object({ name: z.string() }),
  etcd_leader: z.object({ name: z.string() }).optional(),
});

/** `/pd/api/v1/regions/check/...` */
export const regionsAnswer = z.object({ count });

/** `/pd/api/v1/stats/region` */
export const regionStatsAnswer = z.object({ count, empty_count: count });

/** The node that a store's advertised address names. */
export function nodeOfStore({ store }: StoreAnswer): string {
  return store.address.replace(/:\d+$/, '');
}
