import { type Address, OrdealError } from '@ordeal/core';
import { z } from 'zod';

/** 64-bit numbers are texts in etcd's JSON, and what is zero is left out. */
const number64 = z.string().regex(/^\d+$/).default('0');

const statusShape = z.object({
  header: z.object({ member_id: number64, revision: number64 }),
  version: z.string(),
  leader: number64,
  raftTerm: number64,
  raftIndex: number64,
  raftAppliedIndex: number64,
  dbSize: number64,
});

/** 150 bytes each in the answer. */
const KEYS_A_PAGE = 5_000;

const rangeShape = z.object({
  kvs: z.array(z.object({ key: z.string() })).default([]),
  more: z.boolean().default(false),
});

/** What a member says of itself. Ids and positions are texts of 64-bit numbers. */
export interface MemberStatus {
  readonly member: string;
  /** The id of the member that it follows; `0`: it knows no leader. */
  readonly leader: string;
  readonly term: number;
  readonly revision: number;
  readonly raftIndex: number;
  readonly appliedIndex: number;
  readonly dbSizeBytes: number;
  readonly version: string;
}

/** What the member itself knows, whether or not it hears of the others. @throws when it does not answer */
export async function memberStatus(address: Address, signal: AbortSignal): Promise<MemberStatus> {
  const status = statusShape.parse(await callMember(address, 'maintenance/status', {}, signal));
  return {
    member: status.header.member_id,
    leader: status.leader,
    term: Number(status.raftTerm),
    revision: Number(status.header.revision),
    raftIndex: Number(status.raftIndex),
    appliedIndex: Number(status.raftAppliedIndex),
    dbSizeBytes: Number(status.dbSize),
    version: status.version,
  };
}

/** A write by way of this member; resolves when a majority has it. */
export async function putKey(
  address: Address,
  key: string,
  value: string,
  signal: AbortSignal,
): Promise<void> {
  await callMember(address, 'kv/put', { key: base64(key), value: base64(value) }, signal);
}

/**
 * A linearizable read by way of this member: the leader has asked a majority whether it still leads, and the member
 * has caught up with what was committed by then.
 */
export async function readKey(address: Address, key: string, signal: AbortSignal): Promise<void> {
  await callMember(address, 'kv/range', { key: base64(key) }, signal);
}

/** The keys that begin so, page by page, each page a linearizable read. @throws when the member does not answer */
export async function* keysWithPrefix(
  address: Address,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  // The first key behind all that begin so.
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  let from = prefix;
  for (;;) {
    const page = { key: base64(from), range_end: base64(end), limit: KEYS_A_PAGE, keys_only: true };
    const { kvs, more } = rangeShape.parse(await callMember(address, 'kv/range', page, signal));
    const keys = kvs.map(({ key }) => Buffer.from(key, 'base64').toString());
    yield* keys;
    const last = keys.at(-1);
    if (!more || last === undefined) return;
    from = `${last}\0`;
  }
}

/**
 * One call of etcd's JSON gateway, as versions 3.4 and later have it.
 * @throws OrdealError TARGET_FAILED with what the member answered; the signal's reason; when it does not answer
 */
async function callMember(
  { host, port }: Address,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(`http://${host}:${port}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal,
  }).catch((error: unknown) => {
    // `fetch failed` says nothing; its cause does.
    throw error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new OrdealError('TARGET_FAILED', `${response.status}: ${text.trim().slice(0, 200)}`);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
