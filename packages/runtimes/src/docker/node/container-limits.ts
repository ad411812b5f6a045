import type { LimitsLook, NodeLimits } from '@ordeal/core';
import type { ContainerStats } from 'dockerode';
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

/** What the target's container may use. The engine keeps it over restarts, as it is the same container. */
export class ContainerLimits {
  readonly #engine: Engine;
  readonly #container: string;
  readonly #squeezes = new Map<string, NodeLimits>();
  #turn: Promise<void> = Promise.resolve();

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
    const { CpuQuota: quota = 0, CpuPeriod: period, Memory: memory = 0 } = HostConfig;
    // Without a limit of its own a container's is the machine's memory. One that is down has no cgroup to ask.
    const limit = State.Running ? (stats.memory_stats.limit ?? memory) : memory;
    return {
      cpuShare: quota > 0 ? quota / (period || PERIOD_US) : null,
      throttledPeriods: stats.cpu_stats.throttling_data?.throttled_periods ?? 0,
      memoryLimitBytes: limit > 0 && limit < MemTotal ? limit : null,
      memoryUsedBytes: usedMemory(stats),
    };
  }

  async #enforce(): Promise<void> {
    const share = lowest([...this.#squeezes.values()].map(({ cpuShare }) => cpuShare));
    const bytes = lowest([...this.#squeezes.values()].map(({ memoryBytes }) => memoryBytes));
    const quota = share && Math.max(Math.round(share * PERIOD_US), MIN_QUOTA_US);
    const memory = bytes && Math.max(Math.round(bytes), MIN_MEMORY_BYTES);
    await this.#engine.call('limit a node', (docker, abortSignal) =>
      docker.getContainer(this.#container).update({
        CpuPeriod: PERIOD_US,
        CpuQuota: quota ?? UNLIMITED_QUOTA,
        Memory: memory ?? UNLIMITED_MEMORY_BYTES,
        // Both together: as much as the memory alone, so that there is no swap.
        MemorySwap: memory ?? UNLIMITED_WITH_SWAP_BYTES,
        abortSignal,
      }),
    );
  }

  /** One at a time: of two updates on their way at once the older might win. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}

function lowest(limits: readonly (number | undefined)[]): number | undefined {
  const given = limits.filter((limit) => limit !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

/** As `docker stats` counts: the file cache that nobody has used lately is no need. Its name depends on the cgroup version. */
function usedMemory({ memory_stats: { usage = 0, stats } }: ContainerStats): number {
  const { total_inactive_file, inactive_file } = stats ?? {};
  return Math.max(0, usage - (total_inactive_file ?? inactive_file ?? 0));
}
