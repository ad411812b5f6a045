import { z } from 'zod';
import type { NodeConnection } from './node-connection.ts';
import { GROUP } from './settings.ts';

/** What one sentinel says of the group it watches. */
export interface SentinelView {
  /** Whom it holds for the primary, `host:port`. */
  readonly primary: string;
  /** The vote by which that one came to be; 0: it was so at the start. */
  readonly configEpoch: number;
  /** Those of the primary, its replicas and the other sentinels that it sees well, `host:port`. */
  readonly up: {
    readonly primary: boolean;
    readonly replicas: readonly string[];
    readonly sentinels: number;
  };
  /** It does not trust its own clock, and for 30 s takes part in nothing. */
  readonly isInTilt: boolean;
}

/** A flat list of names and values. */
const fields = z.array(z.string()).transform((words) => {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < words.length; at += 2) pairs.push([words[at] ?? '', words[at + 1] ?? '']);
  return Object.fromEntries(pairs);
});

const peer = fields.pipe(z.object({ ip: z.string(), port: z.string(), flags: z.string() }));
const primaryReply = fields.pipe(
  z.object({
    ip: z.string(),
    port: z.string(),
    flags: z.string(),
    'config-epoch': z.string().transform(Number),
  }),
);

/** Flags of a node that a sentinel cannot count on, or not now. */
const UNWELL = /s_down|o_down|disconnected|failover_in_progress/;

/** @throws when it does not answer. */
export async function viewSentinel(connection: NodeConnection, signal: AbortSignal): Promise<SentinelView> {
  const replies = await connection.ask(
    [
      ['SENTINEL', 'MASTER', GROUP],
      ['SENTINEL', 'REPLICAS', GROUP],
      ['SENTINEL', 'SENTINELS', GROUP],
      ['INFO', 'sentinel'],
    ],
    signal,
  );
  for (const reply of replies) if (reply instanceof Error) throw reply;
  const primary = primaryReply.parse(replies[0]);
  const isWell = ({ flags }: { flags: string }) => !UNWELL.test(flags);
  const replicas = z.array(peer).parse(replies[1]).filter(isWell);
  const sentinels = z.array(peer).parse(replies[2]).filter(isWell);
  return {
    primary: `${primary.ip}:${primary.port}`,
    configEpoch: primary['config-epoch'],
    up: {
      primary: isWell(primary),
      replicas: replicas.map(({ ip, port }) => `${ip}:${port}`),
      sentinels: sentinels.length,
    },
    isInTilt: /^sentinel_tilt:1/m.test(z.string().parse(replies[3])),
  };
}
