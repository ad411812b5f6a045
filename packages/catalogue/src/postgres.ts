import type { SubjectEntry } from '@ordeal/core';

/** One primary and two streaming standbys, of which one at least must confirm each commit. */
export const postgres: SubjectEntry = {
  name: 'postgres',
  title: 'PostgreSQL: a primary and two synchronous standbys',
  runtimes: ['process', 'docker'],
  goals: ['serving', 'whole'],
  roles: ['primary', 'standby'],
  aliases: { leader: 'primary', follower: 'standby' },
  nodes: ['postgres0', 'postgres1', 'postgres2'],
  faults: {
    // A restart with crash recovery, then the standbys connect again: wal_retrieve_retry_interval is 5 s at most.
    node_kill: { runtimes: ['process', 'docker'], horizonSeconds: 6 },
    // The client's operations and the observer's statements have first to run into their time-outs, a second each.
    process_pause: { runtimes: ['process', 'docker'], horizonSeconds: 6 },
    latency: { runtimes: ['process', 'docker'], horizonSeconds: 6 },
    // What does not fit through the link has to pile up first.
    bandwidth: { runtimes: ['process', 'docker'], horizonSeconds: 8 },
    // TCP sends again what was lost, later each time, until a deadline is missed.
    packet_loss: { runtimes: ['docker'], horizonSeconds: 8 },
    // Commits in flight have first to run into the client's own time-out.
    network_partition: { runtimes: ['process', 'docker'], horizonSeconds: 8 },
    // A standby that is still heard from, or still hears, is given up after wal_sender_timeout, 3 s.
    asymmetric_partition: { runtimes: ['process', 'docker'], horizonSeconds: 8 },
    // A server on a full volume goes on until it needs a new page: the load fills one of its table in 16 s.
    disk_pressure: { runtimes: ['process', 'docker'], horizonSeconds: 20 },
    // What a node cannot get done in time has to pile up first; what it is killed for, it has to want first.
    cpu_pressure: { runtimes: ['docker'], horizonSeconds: 8 },
    memory_pressure: { runtimes: ['docker'], horizonSeconds: 8 },
  },
};
