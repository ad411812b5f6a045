import type { FaultDefinition } from './fault.ts';
import type { SubjectDefinition } from './subject.ts';

/** What an installation adds to what Ordeal brings: the default export of `ordeal.config.ts`. */
export interface OrdealConfig {
  /** Systems under test of your own, from {@link defineSubject}. */
  readonly subjects?: readonly SubjectDefinition[];
  /** Kinds of chaos of your own, from {@link defineFault}. */
  readonly faults?: readonly FaultDefinition[];
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
}

export interface RuntimeSettings {
  readonly process?: ProcessSettings;
}

export interface ProcessSettings {
  /** Whether workers of this folder run trials on local processes; default true. */
  readonly offered?: boolean;
  /**
   * Where nodes may listen on loopback, both ends included; default 15000 to 31999. Too few: a start fails for want
   * of a port. Ports that the kernel hands out (32768 up on Linux) may be taken by anybody.
   */
  readonly ports?: { readonly first: number; readonly last: number };
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
