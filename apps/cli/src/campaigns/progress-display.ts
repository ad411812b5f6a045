import { type Display, openDisplay } from '../terminal/display.ts';
import type { Look } from './follow-campaign.ts';
import { LiveProgress } from './live-progress.ts';

/** Where the progress of followed campaigns is shown. */
export interface ProgressDisplay {
  readonly display: Display;
  /** For `followCampaign`; undefined where only plain lines can be shown. */
  readonly onLook: ((look: Look) => void) | undefined;
}

export function openProgressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  const live = new LiveProgress();
  const display = openDisplay(stream, live.lines);
  return { display, onLook: display.isLive ? live.look : undefined };
}
