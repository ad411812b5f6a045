/**
 * A double of tikv-server; see ../README.md. Run with Node and the real flags:
 *
 *   node tikv/main.ts --addr=... --advertise-addr=... --status-addr=... --data-dir=... --pd=pd0:2379,...
 */
import { statfsSync } from 'node:fs';
import { createServer as createStatusServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Election, type Message, type Reply } from '../election.ts';
import { RAFT_LEASE_MS, STORE_HEARTBEAT_MS } from '../environment.ts';
import { hostAndPort, readFlags } from '../flags.ts';
import type { RegionHeartbeat, RegionOrders, StoreHeartbeat, StoreOrders } from '../heartbeats.ts';
import { post } from '../json-over-http.ts';
import { createPeerLines } from './peer-lines.ts';

/** After this long the next PD is asked. */
const PD_ANSWER_MS = 2_000;
/** How soon a region's leader tells of a change, and looks whether it leads. */
const REGION_LOOK_MS = Math.min(500, STORE_HEARTBEAT_MS);

/** The region's replicas, by the addresses of their stores. */
interface Region {
  readonly peers: readonly string[];
}

const flag = readFlags(process.argv.slice(2));
const self = flag('advertise-addr');
const folder = flag('data-dir');
const placementDrivers = flag('pd').split(',');
const startedAtMs = Date.now();
const lines = createPeerLines();

const election = new Election<Region>({
  self,
  membersOf: ({ peers }) => peers,
  first: { peers: [] },
  leaseMs: RAFT_LEASE_MS,
  folder,
  send: (to, message, timeoutMs) => lines.post(to, '/double/raft', message, timeoutMs),
});

const grpc = hostAndPort(flag('addr'));
createHttp2Server((incoming, response) => {
  answerRaft(incoming)
    .then((answer) => response.end(JSON.stringify(answer)))
    .catch(() => response.stream.close());
}).listen(grpc.port, grpc.host);

const status = hostAndPort(flag('status-addr'));
createStatusServer((incoming, response) => {
  response.statusCode = incoming.url === '/status' ? 200 : 404;
  response.end();
}).listen(status.port, status.host);

await Promise.all([election.run(), tellOfStore(), tellOfRegion()]);

async function answerRaft(incoming: Parameters<typeof json>[0]): Promise<Reply> {
  return election.receive((await json(incoming)) as Message<Region>);
}

async function tellOfStore(): Promise<never> {
  for (;;) {
    const { blocks, bavail, bsize } = statfsSync(folder);
    const heartbeat: StoreHeartbeat = {
      address: self,
      statusAddress: flag('status-addr'),
      startedAtMs,
      capacityBytes: blocks * bsize,
      availableBytes: bavail * bsize,
    };
    const orders = await tell<StoreOrders>('/double/store-heartbeat', heartbeat);
    // Only who has no replica can begin the cluster.
    if (orders?.bootstrap === true && election.state.peers.length === 0) election.change({ peers: [self] });
    // PD may not be up yet: until the first answer a store asks again soon.
    await delay(orders === undefined ? 500 : STORE_HEARTBEAT_MS);
  }
}

async function tellOfRegion(): Promise<never> {
  let told = '';
  let toldMs = 0;
  for (;;) {
    await delay(REGION_LOOK_MS);
    if (!election.isLeading) continue;
    const { peers } = election.state;
    const pending = peers.filter((peer) => !election.hasAnswered(peer));
    const heartbeat: RegionHeartbeat = { leader: self, term: election.term, peers, pending };
    const isNews = JSON.stringify(heartbeat) !== told;
    if (!isNews && performance.now() - toldMs < STORE_HEARTBEAT_MS) continue;
    const orders = await tell<RegionOrders>('/double/region-heartbeat', heartbeat);
    if (orders === undefined) continue;
    told = JSON.stringify(heartbeat);
    toldMs = performance.now();
    if (orders.addPeer !== null && election.isLeading) election.change({ peers: [...peers, orders.addPeer] });
  }
}

/** The first answer of any PD; undefined when none has one. */
async function tell<T>(path: string, body: unknown): Promise<T | undefined> {
  for (const address of placementDrivers) {
    try {
      return await post<T>(address, path, body, PD_ANSWER_MS);
    } catch {
      // The next one may know better.
    }
  }
  return undefined;
}
