import type { SubjectEntry } from '@ordeal/core';

/** Three members, one of which leads; a majority must have each write. */
export const etcd: SubjectEntry = {
  name: 'etcd',
  title: 'etcd: three members',
  runtimes: ['docker'],
  goals: ['serving', 'whole'],
  roles: ['leader', 'follower'],
  aliases: {},
  nodes: ['etcd-1', 'etcd-2', 'etcd-3'],
  faults: {
    // A new leader within twice the election time-out of 0.5 s; the client's operations, and the observer's, have first
    // to run into their time-outs, a second each.
    node_kill: { runtimes: ['docker'], horizonSeconds: 5 },
    process_pause: { runtimes: ['docker'], horizonSeconds: 5 },
    latency: { runtimes: ['docker'], horizonSeconds: 5 },
    network_partition: { runtimes: ['docker'], horizonSeconds: 5 },
    asymmetric_partition: { runtimes: ['docker'], horizonSeconds: 5 },
    packet_loss: { runtimes: ['docker'], horizonSeconds: 10 },
    disk_pressure: { runtimes: ['docker'], horizonSeconds: 10 },
    // What a node cannot get done in time has to pile up first; what it is killed for, it has to want first.
    cpu_pressure: { runtimes: ['docker'], horizonSeconds: 8 },
    memory_pressure: { runtimes: ['docker'], horizonSeconds: 8 },
  },
};
