import type { LimitsLook, NodeLimits } from '@ordeal/core';
import type { ContainerStats, HostConfig } from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engine-error.ts';

/** The kernel's own default: how long a share of processor time is counted for. */
const PERIOD_US = 100_000;
/** Below these the engine refuses. */
const MIN_QUOTA_US = 1_000;
const MIN_MEMORY_BYTES = 6 * 2 ** 20;
/** Zero would mean "as it is". */
const UNLIMITED_QUOTA = -1;
/** For memory the engine refuses -1, or forgets to pass it on: 8 PiB of it and 8 of swap, more than any machine has. */
const UNLIMITED_MEMORY_BYTES = 2 ** 53;
const UNLIMITED_WITH_SWAP_BYTES = 2 ** 54;

const NOTHING = { cpuShare: null, throttledPeriods: 0, memoryLimitBytes: null, memoryUsedBytes: 0 };

/** What the container was made with. */
interface OwnLimits {
  /** Infinite without one. */
  readonly cpuShare: number;
  /** Said in billionths of a core: the engine then takes no other unit. */
  readonly isInNanos: boolean;
  readonly memoryBytes: number;
  readonly withSwapBytes: number;
}

/**
 * What the target's container may use, beside the limits that it was made with. The engine keeps it over restarts, as it
 * is the same container.
 */
export class ContainerLimits {
  readonly #engine: Engine;
  readonly #container: string;
  readonly #squeezes = new Map<string, NodeLimits>();
  #turn: Promise<void> = Promise.resolve();
  #own: OwnLimits | undefined;

  constructor(engine: Engine, container: string) {
    this.#engine = engine;
    this.#container = container;
  }

  /** @throws OrdealError TARGET_FAILED when the engine or the kernel refuses the limits */
  squeeze(injection: string, limits: NodeLimits): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#squeezes.has(injection)) return;
      this.#squeezes.set(injection, limits);
      try {
        await this.#enforce();
      } catch (error) {
        this.#squeezes.delete(injection);
        throw error;
      }
    });
  }

  /** Succeeds for a container that is there no more. */
  relax(injection: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#squeezes.delete(injection);
      await this.#enforce().catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
      });
    });
  }

  /**
   * The quota is told by the engine, which writes it into the cgroup or fails; the rest by the cgroup itself, while
   * there is one. What is there no more has no limits.
   */
  async look(): Promise<LimitsLook> {
    try {
      return await this.#ask();
    } catch (error) {
      if (statusOf(error) === 404) return NOTHING;
      throw error;
    }
  }

  async #ask(): Promise<LimitsLook> {
    const [{ State, HostConfig }, stats, { MemTotal }] = await Promise.all([
      this.#engine.call('inspect a node', (docker, abortSignal) =>
        docker.getContainer(this.#container).inspect({ abortSignal }),
      ),
      this.#engine.call('measure a node', (docker) =>
        docker.getContainer(this.#container).stats({ stream: false, 'one-shot': true }),
      ),
      this.#engine.call('tell what machine it runs on', (docker) => docker.info()),
    ]);
    const { Memory: memory = 0 } = HostConfig;
    const share = shareOf(HostConfig);
    const own = await this.#ownLimits();
    // Without a limit of its own a container's is the machine's memory. One that is down has no cgroup to ask.
    const limit = State.Running ? (stats.memory_stats.limit ?? memory) : memory;
    return {
      cpuShare: share < own.cpuShare ? share : null,
      throttledPeriods: stats.cpu_stats.throttling_data?.throttled_periods ?? 0,
      memoryLimitBytes: limit > 0 && limit < Math.min(MemTotal, own.memoryBytes) ? limit : null,
      memoryUsedBytes: usedMemory(stats),
    };
  }

  async #enforce(): Promise<void> {
    const own = await this.#ownLimits();
    const squeezes = [...this.#squeezes.values()];
    const share = lowest([own.cpuShare, ...squeezes.map(({ cpuShare }) => cpuShare)]);
    const bytes = lowest(squeezes.map(({ memoryBytes }) => memoryBytes));
    // Both together: as much as the memory alone, so that there is no swap.
    const squeezed = bytes < own.memoryBytes ? Math.max(Math.round(bytes), MIN_MEMORY_BYTES) : undefined;
    await this.#engine.call('limit a node', (docker, abortSignal) =>
      docker.getContainer(this.#container).update({
        ...(own.isInNanos ? { NanoCpus: Math.round(share * 1e9) } : quotaOf(share)),
        Memory: squeezed ?? (own.memoryBytes === Infinity ? UNLIMITED_MEMORY_BYTES : own.memoryBytes),
        MemorySwap: squeezed ?? own.withSwapBytes,
        abortSignal,
      }),
    );
  }

  /** As they were before anything was squeezed. */
  async #ownLimits(): Promise<OwnLimits> {
    if (this.#own !== undefined) return this.#own;
    const { HostConfig } = await this.#engine.call('inspect a node', (docker, abortSignal) =>
      docker.getContainer(this.#container).inspect({ abortSignal }),
    );
    const { Memory: memory = 0, MemorySwap: withSwap = 0, NanoCpus: nanos = 0 } = HostConfig;
    this.#own ??= {
      cpuShare: shareOf(HostConfig),
      isInNanos: nanos > 0,
      memoryBytes: memory > 0 ? memory : Infinity,
      withSwapBytes: memory > 0 && withSwap > 0 ? withSwap : UNLIMITED_WITH_SWAP_BYTES,
    };
    return this.#own;
  }

  /** One at a time: of two updates on their way at once the older might win. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}

/** As a share of one core; infinite without a limit. */
function shareOf({ CpuQuota: quota = 0, CpuPeriod: period, NanoCpus: nanos = 0 }: HostConfig): number {
  if (nanos > 0) return nanos / 1e9;
  return quota > 0 ? quota / (period || PERIOD_US) : Infinity;
}

function quotaOf(share: number): { CpuPeriod: number; CpuQuota: number } {
  const quota = share === Infinity ? UNLIMITED_QUOTA : Math.max(Math.round(share * PERIOD_US), MIN_QUOTA_US);
  return { CpuPeriod: PERIOD_US, CpuQuota: quota };
}

function lowest(limits: readonly (number | undefined)[]): number {
  return Math.min(...limits.filter((limit) => limit !== undefined));
}

/** As `docker stats` counts: the file cache that nobody has used lately is no need. Its name depends on the cgroup version. */
function usedMemory({ memory_stats: { usage = 0, stats } }: ContainerStats): number {
  const { total_inactive_file, inactive_file } = stats ?? {};
  return Math.max(0, usage - (total_inactive_file ?? inactive_file ?? 0));
}
