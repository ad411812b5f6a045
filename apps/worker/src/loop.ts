/** Something that runs again and again until stopped. */
export interface Loop {
  /** Runs at once, out of turn. */
  now(): void;
  /** Resolves when the last run has ended. */
  stop(): Promise<void>;
}

/**
 * Runs `work` now and then every `periodMs`, never two at a time; `work` must not throw.
 * @param gapMs the least time between two runs, however often it is hurried
 */
export function every(periodMs: number, work: () => Promise<void>, gapMs = 0): Loop {
  let stopped = false;
  let wake: () => void = () => {};
  let hurried = false;
  async function pause(ms: number, isOver: () => boolean): Promise<void> {
    if (ms <= 0 || isOver()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        if (!isOver()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
  const done = (async () => {
    while (!stopped) {
      hurried = false;
      await work();
      await pause(gapMs, () => stopped);
      await pause(periodMs - gapMs, () => stopped || hurried);
    }
  })();
  return {
    now() {
      hurried = true;
      wake();
    },
    async stop() {
      stopped = true;
      wake();
      await done;
    },
  };
}
