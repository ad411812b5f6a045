import type { SubjectEntry } from '@ordeal/core';

/** One primary and two replicas; three sentinels put a replica in the place of a primary that is gone. */
export const redis: SubjectEntry = {
  name: 'redis',
  title: 'Redis: a primary, two replicas and three sentinels',
  runtimes: ['docker'],
  goals: ['serving', 'whole'],
  roles: ['primary', 'replica', 'sentinel'],
  aliases: { leader: 'primary', follower: 'replica' },
  nodes: ['redis0', 'redis1', 'redis2', 'sentinel0', 'sentinel1', 'sentinel2'],
  faults: {
    // A dead node is found dead at once; what depends on it, by the next vote.
    node_kill: { runtimes: ['docker'], horizonSeconds: 6 },
    // The client's operations and the observer's questions have first to run into their time-outs, a second each.
    process_pause: { runtimes: ['docker'], horizonSeconds: 6 },
    latency: { runtimes: ['docker'], horizonSeconds: 6 },
    // What does not fit through the link has to pile up first.
    bandwidth: { runtimes: ['docker'], horizonSeconds: 8 },
    // TCP sends again what was lost, later each time, until a deadline is missed.
    packet_loss: { runtimes: ['docker'], horizonSeconds: 8 },
    // A primary goes on for the 2 to 3 s in which it may still have its replicas; repl-timeout is 5 s.
    network_partition: { runtimes: ['docker'], horizonSeconds: 8 },
    asymmetric_partition: { runtimes: ['docker'], horizonSeconds: 8 },
    // A server on a full volume goes on until its append-only file needs a new page: 4 kB, at 1 kB a second.
    disk_pressure: { runtimes: ['docker'], horizonSeconds: 12 },
    // What a node cannot get done in time has to pile up first; what it is killed for, it has to want first.
    cpu_pressure: { runtimes: ['docker'], horizonSeconds: 8 },
    memory_pressure: { runtimes: ['docker'], horizonSeconds: 8 },
  },
};
