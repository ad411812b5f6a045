import { type Address, deadlineSignal } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import { type MemberStatus, memberStatus, readKey } from './member-api.ts';

/** A member that has not answered for this long is out of service, whatever it does later. */
const DEADLINE_MS = 1_000;
/** Any key will do: it need not exist. */
const PROBE_KEY = 'ordeal/probe';

/** Does every member serve, under one leader? Says who does not, and why. */
export async function wholeness(
  members: ReadonlyMap<string, Address>,
  signal: AbortSignal,
): Promise<{ whole: boolean; detail: string }> {
  const looks = await Promise.all(
    [...members].map(async ([name, address]) => ({ name, ...(await lookAt(address, signal)) })),
  );
  const problems = looks.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`],
  );
  const leaders = new Set(looks.flatMap(({ status }) => (status === undefined ? [] : [status.leader])));
  if (leaders.size > 1) problems.push(`they follow ${leaders.size} leaders`);
  if (problems.length > 0) return { whole: false, detail: problems.join('; ') };
  return { whole: true, detail: `${members.size} members serve, one of them leads` };
}

/** The read shows that the member hears a leader with a majority behind it, and has caught up with it. */
async function lookAt(
  address: Address,
  signal: AbortSignal,
): Promise<{ status?: MemberStatus; problem?: string }> {
  const until = deadlineSignal(DEADLINE_MS, signal);
  try {
    const [status] = await Promise.all([memberStatus(address, until), readKey(address, PROBE_KEY, until)]);
    return status.leader === '0' ? { status, problem: 'it knows no leader' } : { status };
  } catch (error) {
    return { problem: describeFailure(error) };
  }
}
