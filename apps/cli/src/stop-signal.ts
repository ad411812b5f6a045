import { onLauncherGone } from './launcher.ts';

/** Why the process is asked to stop. */
type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'launcher gone';

/**
 * One signal for every way a person or a supervisor stops us. A second SIGINT or SIGTERM leaves at once: the guard
 * then sees its line close and undoes on its own.
 */
export function stopSignal(): AbortSignal & { readonly reason: unknown } {
  const stop = new AbortController();
  const ask = (reason: StopReason): void => {
    if (stop.signal.aborted && reason !== 'launcher gone') process.exit(130);
    stop.abort(reason);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ask(name));
  onLauncherGone(() => ask('launcher gone'));
  return stop.signal;
}
