import type { SentinelView } from './sentinel-view.ts';
import type { ServerView } from './server-view.ts';
import { SENTINELS, SERVERS } from './topology.ts';

/**
 * A heartbeat comes with each sample, four a second, so a replica that follows shows one of some 250 ms. Four samples'
 * worth of age is a replica that has lost its primary: it would call its line `connected` until a time-out.
 */
const FRESH_MS = 1_000;

/** What a node said, or why it said nothing. */
export type Answers<View> = ReadonlyMap<string, View | Error>;

/**
 * One primary that takes a write, two replicas that follow it, three sentinels that agree on it and see each other.
 * @param describe says what went wrong with a node that did not answer
 * @returns what is not well, who and why: empty when all is
 */
export function problemsOf(
  servers: Answers<ServerView>,
  sentinels: Answers<SentinelView>,
  nowMs: number,
  describe: (error: Error) => string,
): string[] {
  const silent = [...servers, ...sentinels].flatMap(([name, answer]) =>
    answer instanceof Error ? [`${name}: ${describe(answer)}`] : [],
  );
  const primaries = answered(servers).filter(([, { role }]) => role === 'primary');
  const [first, ...others] = primaries;
  if (first === undefined) return [...silent, 'no primary'];
  if (others.length > 0) return [...silent, `primaries: ${primaries.map(([name]) => name).join(', ')}`];

  const [name, primary] = first;
  const found = [
    ...(primary.refusal === undefined ? [] : [[name, primary.refusal]]),
    ...answered(servers).map(([server, view]) => [server, replicaProblem(view, primary, nowMs)]),
    ...answered(sentinels).map(([sentinel, view]) => [sentinel, sentinelProblem(view, primary)]),
  ];
  return [
    ...silent,
    ...found.flatMap(([who, problem]) => (problem === undefined ? [] : [`${who}: ${problem}`])),
  ];
}

function answered<View>(answers: Answers<View>): [string, View][] {
  return [...answers].filter((entry): entry is [string, View] => !(entry[1] instanceof Error));
}

function replicaProblem({ follows, heartbeatAtMs }: ServerView, primary: ServerView, nowMs: number) {
  if (follows === undefined) return undefined;
  if (follows.primary !== primary.announced) return `it follows ${follows.primary}`;
  if (follows.link !== 'connected') return `its line to the primary: ${follows.link}`;
  if (heartbeatAtMs === null) return 'it has no heartbeat yet';
  const ageMs = nowMs - heartbeatAtMs;
  return ageMs <= FRESH_MS ? undefined : `its heartbeat is ${(ageMs / 1_000).toFixed(1)} s old`;
}

function sentinelProblem({ primary: seen, up, isInTilt }: SentinelView, primary: ServerView) {
  if (seen !== primary.announced) return `it holds ${seen} for the primary`;
  if (isInTilt) return 'it does not trust its clock, and takes no part (TILT)';
  if (!up.primary) return 'it finds the primary down';
  const replicas = SERVERS.length - 1;
  if (up.replicas.length < replicas) return `it sees ${up.replicas.length} of ${replicas} replicas`;
  const others = SENTINELS.length - 1;
  return up.sentinels < others ? `it sees ${up.sentinels} of ${others} other sentinels` : undefined;
}
