import { isReaderGone } from '../terminal/output.ts';
import { onLauncherGone } from './launcher.ts';

/** Why the process is asked to stop. */
type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'launcher gone' | 'reader gone';

/**
 * One signal for every way a person or a supervisor stops us. A second SIGINT or SIGTERM leaves at once: the guard
 * then sees its line close and undoes on its own.
 *
 * @param tellOfUndo of a process that runs trials: its stop takes seconds, and is told of here
 */
export function stopSignal(
  tellOfUndo: (line: string) => void = () => {},
): AbortSignal & { readonly reason: unknown } {
  const stop = new AbortController();
  const ask = (reason: StopReason): void => {
    if (stop.signal.aborted) {
      if (reason.startsWith('SIG')) process.exit(130);
      return;
    }
    tellOfUndo(
      'Stopping: undoing faults and giving trials back (again to leave at once; the guard then undoes).',
    );
    stop.abort(reason);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ask(name));
  onLauncherGone(() => ask('launcher gone'));
  // Progress that nobody reads any more (`| head`): what SIGPIPE does to other programs.
  process.stdout.on('error', (error) => {
    if (isReaderGone(error)) ask('reader gone');
  });
  return stop.signal;
}
