/** Something that runs again and again until stopped. */
export interface Loop {
  /** Runs at once, out of turn. */
  now(): void;
  /** Resolves when the last run has ended. */
  stop(): Promise<void>;
}

/** Runs `work` now and then every `periodMs`, never two at a time; `work` must not throw. */
export function every(periodMs: number, work: () => Promise<void>): Loop {
  let stopped = false;
  let wake: () => void = () => {};
  let hurried = false;
  const done = (async () => {
    while (!stopped) {
      hurried = false;
      await work();
      if (stopped || hurried) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, periodMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
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
