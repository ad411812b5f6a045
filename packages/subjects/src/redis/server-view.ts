import { z } from 'zod';
import type { NodeConnection } from './node-connection.ts';

/** The newest time that the observer wrote: a replica that shows it follows. */
const HEARTBEAT_KEY = 'observer:heartbeat';

/** What one server says of itself. */
export interface ServerView {
  readonly role: 'primary' | 'replica';
  /** How the others know it, `host:port`. */
  readonly announced: string;
  /** Of its log, in bytes. */
  readonly offset: number;
  /** Of a replica: whom it follows, `host:port`, and the state of that line. */
  readonly follows?: { readonly primary: string; readonly link: string };
  /** Of a primary: the replicas that it has, `host:port`. */
  readonly replicas?: readonly string[];
  /** On the guard's monotonic clock; null: it has none yet. */
  readonly heartbeatAtMs: number | null;
  /** Why a primary refused the new heartbeat. */
  readonly refusal?: string;
}

const text = z.union([z.string(), z.number()]).transform(String);

/** The answer to `ROLE`. */
const roleReply = z.union([
  z
    .tuple([z.literal('master'), z.coerce.number(), z.array(z.tuple([text, text, text]))])
    .transform(([, offset, replicas]) => ({
      role: 'primary' as const,
      offset,
      replicas: replicas.map(([host, port]) => `${host}:${port}`),
    })),
  z
    .tuple([z.literal('slave'), text, text, z.string(), z.coerce.number()])
    .transform(([, host, port, link, offset]) => ({
      role: 'replica' as const,
      offset,
      follows: { primary: `${host}:${port}`, link },
    })),
]);

const announcedReply = z.array(z.string());
const heartbeatReply = z.union([z.null(), z.coerce.number()]);

/**
 * Asks a server who it is, and gives it a new heartbeat, which only a primary takes. All in one go.
 * @throws when it does not answer, or still loads its data.
 */
export async function viewServer(
  connection: NodeConnection,
  nowMs: number,
  signal: AbortSignal,
): Promise<ServerView> {
  const replies = await connection.ask(
    [
      ['ROLE'],
      ['CONFIG', 'GET', 'replica-announce-*'],
      ['GET', HEARTBEAT_KEY],
      ['SET', HEARTBEAT_KEY, String(nowMs)],
    ],
    signal,
  );
  const [role, announced, heartbeat, beaten] = replies;
  for (const reply of [role, announced, heartbeat]) if (reply instanceof Error) throw reply;
  const own = roleReply.parse(role);
  const pairs = announcedReply.parse(announced);
  const setting = (name: string) => pairs[pairs.indexOf(`replica-announce-${name}`) + 1];
  return {
    ...own,
    announced: `${setting('ip')}:${setting('port')}`,
    heartbeatAtMs: heartbeatReply.parse(heartbeat),
    ...(own.role === 'primary' && beaten instanceof Error ? { refusal: beaten.message } : {}),
  };
}
