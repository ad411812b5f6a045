/**
 * A double of pd-server; see ../README.md. Run with Node and the real flags:
 *
 *   node pd/main.ts --name=pd0 --client-urls=... --peer-urls=... --advertise-client-urls=... --advertise-peer-urls=...
 *     --initial-cluster=pd0=http://pd0:2380,... --data-dir=...
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Election, type Message, type Reply } from '../election.ts';
import { PD_LEASE_MS } from '../environment.ts';
import { hostAndPort, readFlags } from '../flags.ts';
import type { RegionHeartbeat, StoreHeartbeat } from '../heartbeats.ts';
import { ask, bodyOf, post, reply } from '../json-over-http.ts';
import { answerOf } from './answers.ts';
import { type Cluster, withRegion, withStore } from './cluster.ts';

/** How long a real PD waits for a leader, for a leader's answer, and for another member's word that it is well. */
const LEADER_WAIT_MS = 3_000;
const FORWARD_MS = 30_000;
const PING_MS = 3_000;
/** What the etcd within PD says on both of its ports. */
const VERSION = { etcdserver: 'double', etcdcluster: 'double' };

interface Member {
  readonly name: string;
  readonly peerUrl: string;
}

const flag = readFlags(process.argv.slice(2));
const name = flag('name');
const ownClientUrl = flag('advertise-client-urls');
const members: Member[] = flag('initial-cluster')
  .split(',')
  .map((entry) => {
    const [member = '', peerUrl = ''] = entry.split('=');
    return { name: member, peerUrl };
  });
const clientUrls = new Map([[name, ownClientUrl]]);

const election = new Election<Cluster>({
  self: name,
  membersOf: () => members.map((member) => member.name),
  first: { stores: [], region: null },
  leaseMs: PD_LEASE_MS,
  folder: flag('data-dir'),
  send: (to, message, timeoutMs) => post(peerUrlOf(to), '/double/election', message, timeoutMs),
});

serve(flag('peer-urls'), async (incoming, response) => {
  if (incoming.url === '/version') return reply(response, 200, VERSION);
  if (incoming.url === '/double/client-url') return reply(response, 200, { url: ownClientUrl });
  reply(response, 200, election.receive(await bodyOf<Message<Cluster>>(incoming)) satisfies Reply);
});

serve(flag('client-urls'), async (incoming, response) => {
  const path = incoming.url ?? '';
  if (path === '/version') return reply(response, 200, VERSION);
  if (path === '/pd/api/v1/ping') return reply(response, 200, '');
  if (path === '/pd/api/v1/health') return reply(response, 200, await health());
  if (election.isLeading) return await serveAsLeader(path, incoming, response);
  // Once is enough: who was taken for the leader and is not must not ask on.
  if (incoming.headers['pd-redirector'] !== undefined) return reply(response, 500, 'redirect to not leader');
  await forward(path, incoming, response);
});

await Promise.all([election.run(), learnClientUrls()]);

async function serveAsLeader(
  path: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (path === '/double/store-heartbeat') {
    const { cluster, orders } = withStore(election.state, await bodyOf<StoreHeartbeat>(incoming));
    election.change(cluster);
    return reply(response, 200, orders);
  }
  if (path === '/double/region-heartbeat') {
    const { cluster, orders } = withRegion(election.state, await bodyOf<RegionHeartbeat>(incoming));
    election.change(cluster);
    return reply(response, 200, orders);
  }
  if (path === '/pd/api/v1/members') return reply(response, 200, describeMembers());
  if (election.state.region === null) {
    return reply(response, 500, 'TiKV cluster not bootstrapped, please start TiKV first');
  }
  const answer = answerOf(election.state, path);
  reply(response, answer === undefined ? 404 : 200, answer ?? 'no such path in this double');
}

async function forward(path: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = incoming.method === 'POST' ? await bodyOf(incoming) : undefined;
  const leader = await leaderUrl();
  if (leader === undefined) return reply(response, 503, 'no leader');
  try {
    const options = { path, body, headers: { 'pd-redirector': name }, timeoutMs: FORWARD_MS };
    const answer = await ask(leader, options);
    reply(response, answer.status, answer.body);
  } catch (error) {
    reply(response, 500, `redirect failed: ${String(error)}`);
  }
}

async function leaderUrl(): Promise<string | undefined> {
  const untilMs = performance.now() + LEADER_WAIT_MS;
  for (;;) {
    const url = election.leader === undefined ? undefined : clientUrls.get(election.leader);
    if (url !== undefined || performance.now() > untilMs) return url;
    await delay(50);
  }
}

/** Each member as it looks from here. */
function health(): Promise<object[]> {
  return Promise.all(
    members.map(async (member) => ({
      ...describe(member),
      health: member.name === name || (await answersPing(clientUrls.get(member.name))),
    })),
  );
}

async function answersPing(url: string | undefined): Promise<boolean> {
  if (url === undefined) return false;
  const answer = await ask(url, { path: '/pd/api/v1/ping', timeoutMs: PING_MS }).catch(() => undefined);
  return answer?.status === 200;
}

function describeMembers(): object {
  const leader = members.filter((member) => member.name === election.leader).map(describe)[0];
  return { header: { cluster_id: 1 }, members: members.map(describe), leader, etcd_leader: leader };
}

function describe(member: Member): {
  name: string;
  member_id: number;
  client_urls: string[];
  peer_urls: string[];
} {
  return {
    name: member.name,
    member_id: members.indexOf(member) + 1,
    client_urls: [clientUrls.get(member.name) ?? ''],
    peer_urls: [member.peerUrl],
  };
}

function peerUrlOf(to: string): string {
  const member = members.find((one) => one.name === to);
  if (member === undefined) throw new Error(`no member ${to}`);
  return member.peerUrl;
}

/** In place of the member list that PD keeps in its etcd. */
async function learnClientUrls(): Promise<void> {
  for (const member of members) {
    while (!clientUrls.has(member.name)) {
      const answer = await ask(member.peerUrl, { path: '/double/client-url', timeoutMs: 1_000 }).catch(
        () => undefined,
      );
      if (answer?.status === 200)
        clientUrls.set(member.name, (JSON.parse(answer.body) as { url: string }).url);
      else await delay(100);
    }
  }
}

function serve(
  url: string,
  handle: (incoming: IncomingMessage, response: ServerResponse) => Promise<void>,
): void {
  const { host, port } = hostAndPort(url);
  createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) reply(response, 500, String(error));
    });
  }).listen(port, host);
}
