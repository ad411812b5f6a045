import type { SubjectEntry } from '@ordeal/core';

/**
 * Three placement drivers (PD) and three stores (TiKV).
 *
 * A node has one role at a time: `pd_leader` is the placement driver that leads, `pd` one that does not, `tikv` a
 * store. Only PD has a single leader; Raft leaders of regions are spread over all stores. So `leader` means
 * `pd_leader` and `follower` means `pd`; a store is asked for as `tikv` or by name, and is what `any` means.
 *
 * Serving cannot be measured: it takes real reads and writes, and no client of TiKV is kept for Node.
 */
export const tikv: SubjectEntry = {
  name: 'tikv',
  title: 'TiKV: three stores and three placement drivers',
  runtimes: ['docker'],
  goals: ['whole'],
  roles: ['tikv', 'pd', 'pd_leader'],
  aliases: { leader: 'pd_leader', follower: 'pd' },
  nodes: ['pd0', 'pd1', 'pd2', 'tikv0', 'tikv1', 'tikv2'],
  anyTarget: 'tikv',
  faults: {
    // PD calls a store Disconnected when it has had no heartbeat for 20 s; 5 s more to see it.
    node_kill: { runtimes: ['docker'], horizonSeconds: 25 },
    process_pause: { runtimes: ['docker'], horizonSeconds: 25 },
    latency: { runtimes: ['docker'], horizonSeconds: 25 },
    packet_loss: { runtimes: ['docker'], horizonSeconds: 25 },
    network_partition: { runtimes: ['docker'], horizonSeconds: 25 },
    asymmetric_partition: { runtimes: ['docker'], horizonSeconds: 25 },
    // Free space is sampled every second and travels with the store's heartbeat, every 10 s.
    disk_pressure: { runtimes: ['docker'], horizonSeconds: 15 },
  },
};
