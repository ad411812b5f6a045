import type { CommandDefinition } from '@ordeal/operators';
import type { ComposeSubjectDefinition } from './compose-subject.ts';
import type { FaultDefinition } from './fault.ts';
import type { SubjectDefinition } from './subject.ts';

/** What an installation adds to what Ordeal brings: the default export of `ordeal.config.ts`. */
export interface OrdealConfig {
  /** Systems under test of your own, from {@link defineSubject} or {@link composeSubject}. */
  readonly subjects?: readonly (SubjectDefinition | ComposeSubjectDefinition)[];
  /** Kinds of chaos of your own, from {@link defineFault}. */
  readonly faults?: readonly FaultDefinition[];
  /** Operators of your own, by the name that campaign files use. */
  readonly operators?: Readonly<Record<string, CommandDefinition>>;
  readonly limits?: Limits;
  readonly runtimes?: RuntimeSettings;
}

export interface Limits {
  /**
   * The largest `parallel` that a campaign file may ask for, 1 to 1000; default 10. Lower: campaigns take longer.
   * Higher: their trials starve each other, and then measure the machine instead of the subject.
   */
  readonly maxParallel?: number;
  /** Trials that a worker of this folder runs at once unless `--slots` says otherwise, 1 to 1000; default 10. */
  readonly slots?: number;
  /**
   * No instance is made ready ahead (`readyAhead`) while the machine has less memory left than this, in MB; default
   * 2048. Lower: trials may run into each other's want of memory. Higher: trials wait for their instances to start.
   */
  readonly keepFreeMb?: number;
}

export interface RuntimeSettings {
  readonly process?: ProcessSettings;
  readonly docker?: DockerSettings;
}

export interface ProcessSettings {
  /** Whether workers of this folder run trials on local processes; default true. */
  readonly offered?: boolean;
  /**
   * Where nodes may listen on loopback, both ends included; default 15000 to 31999. Too few: a start fails for want
   * of a port. Ports that the kernel hands out (32768 up on Linux) may be taken by anybody.
   */
  readonly ports?: { readonly first: number; readonly last: number };
  /**
   * How many instances a worker of this folder makes ready for the next trials while others run, 0 to 100; default 0.
   * 0: each trial starts its own, and waits for it. Higher: the machine carries that many more instances beside those
   * that are measured. Campaigns with `cooldown_seconds` never have any.
   */
  readonly readyAhead?: number;
}

export interface DockerSettings {
  /** Whether workers of this folder run trials on a Docker engine; default true, where there is one. */
  readonly offered?: boolean;
  /** `unix:///path` or `tcp://host:port`; default: what DOCKER_HOST says, else the default socket. */
  readonly engine?: string;
  /** Other images than the published ones: `{ etcd: 'registry.example/etcd:v3.5.21' }`. `helper` is ours. */
  readonly images?: Readonly<Record<string, string>>;
  /**
   * Where instances' networks are, each with 32 addresses; default 10.201.0.0/16. Too small: a start fails for want of
   * a subnet. It must not be a network that this machine reaches already.
   */
  readonly subnets?: string;
  /**
   * How many instances a worker of this folder makes ready for the next trials while others run, 0 to 100; default 2.
   * 0: each trial starts its own, and waits for it. Higher: the machine carries that many more instances beside those
   * that are measured. Campaigns with `cooldown_seconds` never have any.
   */
  readonly readyAhead?: number;
  /**
   * Where the guard lives: `process`, beside the worker, or `container`, on the engine's machine. Default: `container`
   * when the engine is reached over the network or the worker runs in a container of it, else `process`. A process
   * reaches no node of an engine elsewhere; a container has no files, programs and environment of the worker's machine.
   */
  readonly guard?: 'process' | 'container';
  /**
   * Where the engine's socket is on the engine's own machine, for a guard in a container; default: found out for a
   * socket, else /var/run/docker.sock.
   */
  readonly socket?: string;
}

/**
 * Names the type of an `ordeal.config.ts`, so that an editor completes and checks it.
 *
 * @example
 * export default defineConfig({ limits: { maxParallel: 4 } });
 */
export function defineConfig(config: OrdealConfig): OrdealConfig {
  return config;
}
